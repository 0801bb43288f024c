import type { CheckAnswer, Reply } from './answer.ts';
import { type Bytes, createBytes } from './bytes.ts';

const TEXT_LIMIT = 128 * 1_024;
const TEXTS_LIMIT = 1_024 * 1_024;
const NAMES_LIMIT = 64;
const VALUE_LIMIT = 4_096;
const OUTPUT_LIMIT = 600;

/** An answer that is being put together from the lines of an agent. */
export interface Draft {
  /** Takes a line, without its token. What it completes; null where it completes nothing, or makes no sense. */
  read(line: string): Reply | null;
}

/**
 * Puts answers together. At most 64 fields, 64 texts and 1,000 checks an answer, 128 KiB a text, 1 MiB of texts in all
 * answers together; what is beyond that is dropped.
 */
export function createDraft(): Draft {
  let fields = new Map<string, string>();
  let texts = new Map<string, Bytes>();
  let checks = new Map<number, CheckAnswer>();
  let room = TEXTS_LIMIT;

  function addText(name: string, bytes: Uint8Array): void {
    const text = texts.get(name) ?? createBytes(TEXT_LIMIT);
    if (!texts.has(name) && texts.size >= NAMES_LIMIT) return;
    texts.set(name, text);
    if (bytes.length <= room && text.add(bytes)) room -= bytes.length;
  }

  function finish(verb: string): Reply {
    const whole = new Map([...texts].map(([name, text]) => [name, text.take()]));
    const answer = { verb, fields, texts: whole, checks: [...checks.values()] };
    fields = new Map();
    texts = new Map();
    checks = new Map();
    return { kind: 'answer', answer };
  }

  return {
    read(line) {
      const [, kind, rest = ''] = /^([a-z]{1,20})(?: ([^\0]*?))?\r?$/.exec(line) ?? [];
      if (kind === 'wait') return { kind };
      if (kind === 'done') return /^[a-z]{1,20}$/.test(rest) ? finish(rest) : null;
      if (kind === 'check') {
        const check = readCheck(rest);
        if (check === null || checks.has(check.index)) return null;
        checks.set(check.index, check);
        return { kind, check };
      }
      const [, name, value = ''] = /^([a-z]{1,20})(?: (.*))?$/s.exec(rest) ?? [];
      if (name === undefined) return null;
      if (kind === 'field' && (fields.has(name) || fields.size < NAMES_LIMIT)) {
        fields.set(name, value.slice(0, VALUE_LIMIT));
      }
      const bytes =
        kind === 'line' ? new TextEncoder().encode(value) : kind === 'text' ? readHex(value) : null;
      if (bytes !== null) addText(name, bytes);
      return null;
    },
  };
}

/** index, exit code, timed out, control, alive, missing words after commas, output. See one_check in node-prep.sh. */
const CHECK = /^(\d{1,3}) (\d{1,3}) (yes|no) (-|late|\d{1,3}) (-|yes|no|hidden) ,(\S*) (-|[0-9a-f]*)$/;

function readCheck(text: string): CheckAnswer | null {
  const match = CHECK.exec(text);
  if (match === null) return null;
  const [, index, code, timed, control, alive, missing = '', output = '-'] = match;
  const bytes = output === '-' ? new Uint8Array() : readHex(output);
  if (bytes === null) return null;
  return {
    index: Number(index),
    exitCode: Number(code),
    timedOut: timed === 'yes',
    controlCode: control === '-' ? null : control === 'late' ? 'timed-out' : Number(control),
    alive: alive === 'yes' || alive === 'no' || alive === 'hidden' ? alive : null,
    missing: missing
      .split(',', NAMES_LIMIT)
      .filter((word) => word !== '')
      .map((word) => word.slice(0, 256)),
    output: bytes.slice(-OUTPUT_LIMIT),
  };
}

/** Bytes from pairs of hexadecimal digits, with or without blanks between them; null for anything else. */
function readHex(text: string): Uint8Array | null {
  const digits = text.replaceAll(' ', '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/.test(digits)) return null;
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
