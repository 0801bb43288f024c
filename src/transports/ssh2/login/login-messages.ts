import { wireReader } from '../packets/wire.ts';
import type { Prompt } from './password.ts';

/** What a server says that it verifies (`server-sig-algs`, RFC 8308, 3.1); null: it has not said. */
export type ServerAlgorithms = ReadonlySet<string> | null;

/** What of SSH_MSG_EXT_INFO matters (RFC 8308, 3.1); undefined where it makes no sense. */
export function readServerAlgorithms(payload: Buffer): ServerAlgorithms | undefined {
  const fields = wireReader(payload.subarray(1));
  const count = fields.uint32();
  if (count === null) return undefined;
  let listed: ServerAlgorithms = null;
  for (let i = 0; i < count; i += 1) {
    const name = fields.string();
    const value = fields.string();
    if (name === null || value === null) return undefined;
    if (name.toString('latin1') === 'server-sig-algs') listed = new Set(value.toString('latin1').split(','));
  }
  return listed;
}

/** SSH_MSG_USERAUTH_FAILURE (RFC 4252, 5.1): the methods that the server still takes; null where it makes no sense. */
export function readFailure(
  payload: Buffer,
): { readonly methods: readonly string[]; readonly partial: boolean } | null {
  const fields = wireReader(payload.subarray(1));
  const list = fields.string()?.toString('latin1');
  const [partial] = fields.rest();
  if (list === undefined || partial === undefined) return null;
  return { methods: list === '' ? [] : list.split(','), partial: partial !== 0 };
}

/** The key that a server would take, in SSH_MSG_USERAUTH_PK_OK (RFC 4252, 7). */
export function readWelcomeKey(payload: Buffer): Buffer | null {
  const fields = wireReader(payload.subarray(1));
  fields.string();
  return fields.string();
}

/** The questions in SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256, 3.2); null where it makes no sense. */
export function readPrompts(payload: Buffer): Prompt[] | null {
  let fields = wireReader(payload.subarray(1));
  const head = [fields.string(), fields.string(), fields.string()];
  const count = fields.uint32();
  if (head.includes(null) || count === null) return null;
  const prompts: Prompt[] = [];
  for (let i = 0; i < count; i += 1) {
    const prompt = fields.string();
    const rest = fields.rest();
    const [echo] = rest;
    if (prompt === null || echo === undefined) return null;
    prompts.push({ prompt: prompt.toString('utf8'), echo: echo !== 0 });
    fields = wireReader(rest.subarray(1));
  }
  return prompts;
}
