import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/lib/result.ts';
import type { SshAgent } from '../../../src/transports/ssh2/agent.ts';
import type { AgentKey } from '../../../src/transports/ssh2/agent-protocol.ts';
import { fingerprint } from '../../../src/transports/ssh2/host-key.ts';
import { createOfferSource } from '../../../src/transports/ssh2/offers.ts';
import { soundKeyPair } from '../../support/ssh-keys.ts';

const PAIRS = Array.from({ length: 8 }, () => soundKeyPair('ed25519'));
const blobOf = (n: number) => Buffer.from(PAIRS[n]?.public.split(' ')[1] ?? '', 'base64');
const held = (...numbers: number[]): AgentKey[] =>
  numbers.map((n) => ({ blob: blobOf(n), comment: `key ${n}` }));

/** An ssh-agent that holds these keys; asked for a signature, it fails the test. */
function agentWith(keys: readonly AgentKey[] | string): SshAgent & { readonly asked: number } {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    async keys() {
      asked += 1;
      return typeof keys === 'string' ? err(keys) : ok(keys);
    },
    sign: () => Promise.reject(new Error('nothing is signed to find what may be offered')),
    close: () => undefined,
  };
}

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-offers-'));
  for (const [n, pair] of PAIRS.entries()) await writeFile(at(`key${n}`), pair.private, { mode: 0o600 });
  const locked = soundKeyPair('ed25519', {
    passphrase: 'p',
    cipher: 'aes256-ctr',
    rounds: 1,
  });
  await writeFile(at('locked'), locked.private, { mode: 0o600 });
  await writeFile(at('locked.pub'), locked.public);
  await writeFile(at('public'), PAIRS[1]?.public ?? '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is offered, as `file 0`, `agent 1`, …; or why the operator's own choice cannot be used. */
async function offered(names: readonly string[], whose: 'own' | 'usual', agent: readonly AgentKey[]) {
  const source = createOfferSource(agentWith(agent));
  const offers = await source.offers({
    identityFiles: names.map(at),
    identityFilesExplicit: whose === 'own',
  });
  if (!offers.ok) return offers.error;
  return offers.value.keys.map(({ key, signer }) => {
    return `${signer} ${PAIRS.findIndex((_, n) => blobOf(n).equals(key.getPublicSSH()))}`;
  });
}

describe('keys are offered', () => {
  const unknownKind = { blob: Buffer.from('sk'), comment: '' };
  test.each<[string, string[], 'own' | 'usual', AgentKey[], string]>([
    ['from own files first, then from the agent', ['key0'], 'own', held(1, 2), 'file 0, agent 1, agent 2'],
    ['from the agent first, then from the usual files', ['key0'], 'usual', held(1), 'agent 1, file 0'],
    [
      'once, though the agent holds it too, signed from the file',
      ['key0'],
      'own',
      held(1, 0),
      'file 0, agent 1',
    ],
    ["from the usual file at the agent's place for it", ['key0'], 'usual', held(0, 1), 'file 0, agent 1'],
    ['by the agent where the file is the public half', ['public'], 'own', held(0, 1), 'agent 1, agent 0'],
    ['at most five', ['key0', 'key1'], 'own', held(2, 3, 4, 5), 'file 0, file 1, agent 2, agent 3, agent 4'],
    ['without usual files that are missing or locked', ['gone', 'locked', 'key3'], 'usual', [], 'file 3'],
    ['from the agent alone where the operator wants no files', [], 'own', held(1), 'agent 1'],
    ["without the agent's keys of an unknown kind", [], 'usual', [unknownKind, ...held(1)], 'agent 1'],
    ['not at all where there is none', ['gone'], 'usual', [], ''],
  ])('%s', async (_, names, whose, agent, expected) => {
    expect(await offered(names, whose, agent)).toEqual(expected.split(', ').filter((it) => it !== ''));
  });
});

describe("the operator's own file", () => {
  test.each([
    ['must be there', 'gone', 'there is no such file'],
    [
      'may be locked only where the agent holds its key',
      'locked',
      'it is encrypted, and the ssh-agent does not hold it: ssh-add ',
    ],
    [
      'may be the public half only where the agent holds its key',
      'public',
      'it is a public key, and the ssh-agent does not hold it: ssh-add ',
    ],
    ['must be a file', '.', 'it is not a file'],
  ])('%s', async (_, name, reason) => {
    expect(await offered([name, 'key0'], 'own', held(3))).toContain(`${at(name)}: ${reason}`);
  });
});

test('what is passed over is named, with the reason', async () => {
  const usual = createOfferSource(agentWith('it does not answer'));
  expect(
    await usual.offers({ identityFiles: [at('gone'), at('locked')], identityFilesExplicit: false }),
  ).toEqual({
    ok: true,
    value: {
      keys: [],
      passedOver: [
        'the ssh-agent is of no use: it does not answer',
        `${at('locked')}: it is encrypted, and the ssh-agent does not hold it: ssh-add ${at('locked')}`,
      ],
    },
  });
  const many = createOfferSource(agentWith(held(0, 1, 2, 3, 4, 5)));
  const offers = await many.offers({ identityFiles: [], identityFilesExplicit: false });
  expect(offers.ok && offers.value.passedOver).toEqual([
    `only the first 5 keys are offered, not ssh-agent's key 5 ${fingerprint(blobOf(5))}`,
  ]);
});

test('a key is labelled with its file or its comment, escaped, and its fingerprint', async () => {
  const source = createOfferSource(agentWith([{ blob: blobOf(1), comment: 'evil\u001b[2J' }]));
  const offers = await source.offers({ identityFiles: [at('key0')], identityFilesExplicit: true });
  expect(offers.ok && offers.value.keys.map(({ label }) => label)).toEqual([
    `${at('key0')} ${fingerprint(blobOf(0))}`,
    `ssh-agent's evil\\x1b[2J ${fingerprint(blobOf(1))}`,
  ]);
});

test('files and agent are asked once, however many connections there are', async () => {
  const agent = agentWith(held(1));
  const source = createOfferSource(agent);
  const ssh = { identityFiles: [at('key0')], identityFilesExplicit: true };
  const both = await Promise.all([source.offers(ssh), source.offers({ ...ssh })]);
  expect(both[0]).toBe(both[1]);
  expect(agent.asked).toBe(1);
});
