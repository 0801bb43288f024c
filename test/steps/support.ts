import { createRedactor } from '../../src/credential/redact.ts';
import { type AgentContext, createSpeech } from '../../src/credential/speech.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { RegistrySpec, Target } from '../../src/domain/target.ts';
import type { Answer } from '../../src/remote/answer.ts';
import { sshSpec } from '../support/ssh-target.ts';

/** A password with everything that a quoting mistake would stumble over. */
export const SECRET = new Secret('pä "s\'\\w:x/ö\t!');
export const USER = 'ci user';

export const TARGET: Target = {
  name: 'agent-1',
  host: '10.0.1.1',
  port: 22,
  group: null,
  ssh: sshSpec('10.0.1.1', { user: 'core' }),
  become: { method: 'auto', password: null },
  archive: { path: '/etc/docker.tar.gz', owner: 'root', group: 'root', mode: 0o600 },
  checks: [],
  registries: ['registry.example.com:5000'],
};

export const CTX: AgentContext = {
  target: TARGET,
  say: createSpeech(createRedactor([{ secret: SECRET, username: USER }])),
};

export function registry(name: string): RegistrySpec {
  return { name, username: USER, password: { kind: 'env', name: 'PASSWORD' }, proof: 'agent' };
}

/** An answer as the reply reader makes it. */
export function answer(
  verb: string,
  fields: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string | Uint8Array>> = {},
): Answer {
  const bytes = Object.entries(texts).map(([name, text]) => [name, Buffer.from(text as string)] as const);
  return { verb, fields: new Map(Object.entries(fields)), texts: new Map(bytes), checks: [] };
}
