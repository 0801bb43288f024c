import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/domain/secret.ts';
import type { Hop, SshSpec } from '../../../../src/domain/target.ts';
import { err, ok } from '../../../../src/lib/result.ts';
import type { SshAgent } from '../../../../src/transports/ssh2/keys/agent.ts';
import { createOfferSource } from '../../../../src/transports/ssh2/keys/offers.ts';
import { readPrivateKey } from '../../../../src/transports/ssh2/keys/private-key.ts';
import { readPublicText } from '../../../../src/transports/ssh2/keys/public-key.ts';
import { soundKeyPair } from '../../../support/ssh-keys.ts';
import { sshSpec } from '../../../support/ssh-target.ts';

// The keys `a` and `b` are locked with these passphrases; `free` is not.
const PASSPHRASES: Readonly<Record<string, string>> = { a: 'sentinel-a', b: 'sentinel-b' };
const locked = (passphrase: string) =>
  soundKeyPair('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 1 });
const A = locked('sentinel-a');
const FREE = soundKeyPair('ed25519');

/** On this thread, which is quicker for keys that are not hard to open. */
async function unlock(text: string, passphrase: Secret) {
  return readPrivateKey(text, Buffer.from(passphrase.reveal())) ?? 'wrong passphrase';
}

let folder = '';
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-passphrases-'));
  await writeFile(at('a'), A.private, { mode: 0o600 });
  await writeFile(at('b'), locked('sentinel-b').private, { mode: 0o600 });
  await writeFile(at('free'), FREE.private, { mode: 0o600 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function agentWith(...keys: { readonly public: string }[]): SshAgent {
  const held = keys.map((key) => ({ blob: readPublicText(key.public)?.blob ?? Buffer.of(), comment: '' }));
  return { keys: async () => ok(held), sign: async () => err('it refuses'), close: () => undefined };
}

function hop(files: readonly string[], whose: 'own' | 'usual' = 'own', more: Partial<SshSpec> = {}): Hop {
  const keys = { identityFiles: files.map(at), identityFilesExplicit: whose === 'own' };
  return { host: 'agent', port: 22, ssh: sshSpec('agent', { ...keys, ...more }) };
}

/** What was asked for, what came of it, and what is offered then, for the first of the targets. */
async function prepared(
  targets: readonly Hop[],
  answer: (name: string, time: number) => string | null = (name) => PASSPHRASES[name] ?? '',
  agent: SshAgent | null = null,
) {
  const source = createOfferSource(agent, { now: Date.now, unlock });
  const asked: string[] = [];
  const problems = await source.prepare(targets, async (path) => {
    const name = path.slice(folder.length + 1);
    asked.push(name);
    const text = answer(name, asked.length);
    return text === null ? null : new Secret(text);
  });
  const offers = await source.offers((targets[0] as Hop).ssh);
  const paths = offers.ok
    ? offers.value.keys.map(({ label }) => label.split(' ')[0]?.slice(folder.length + 1))
    : [];
  return { asked, problems, offers, paths };
}

describe('a passphrase is asked for', () => {
  const bastion = (ssh: SshSpec): Hop => ({ host: 'bastion', port: 22, ssh });
  const secret = { kind: 'env', name: 'PASSWORD' } as const;
  test.each<[string, () => Hop[], string[], SshAgent | null]>([
    ["once, for the operator's own file", () => [hop(['a']), hop(['a'])], ['a'], null],
    ['for each own file', () => [hop(['a', 'b'])], ['a', 'b'], null],
    ['for an own file, though there are others', () => [hop(['free', 'a'])], ['a'], null],
    [
      "for a jump host's file too",
      () => [hop(['free'], 'own', { jumps: [bastion(hop(['b']).ssh)] })],
      ['b'],
      null,
    ],
    ['for a usual file, where there is nothing else', () => [hop(['gone', 'a'], 'usual')], ['a'], null],
    ['for the usual files only up to the first that opens', () => [hop(['a', 'b'], 'usual')], ['a'], null],
    ['for no usual file, where another will do', () => [hop(['a', 'free'], 'usual')], [], null],
    ['for no usual file, where the agent has a key', () => [hop(['a'], 'usual')], [], agentWith(FREE)],
    [
      'for no usual file, where there is a password',
      () => [hop(['a'], 'usual', { password: secret })],
      [],
      null,
    ],
    ['for no file whose key the agent holds', () => [hop(['a'])], [], agentWith(A)],
    ['for an own file that the agent does not hold', () => [hop(['a'])], ['a'], agentWith(FREE)],
    ['for no file that is not locked', () => [hop(['free', 'gone'])], [], null],
    ['for none that another transport needs', () => [hop(['a'], 'own', { transport: 'openssh' })], [], null],
  ])('%s', async (_, targets, expected, agent) => {
    const { asked, problems } = await prepared(targets(), undefined, agent);
    expect(asked).toEqual(expected);
    expect(problems).toEqual([]);
  });
});

describe('what is answered', () => {
  const reason = (words: string) =>
    `${at('a')}: it is encrypted, ${words}, and the ssh-agent does not hold it: ssh-add ${at('a')}`;

  test('opens the key, which is offered from then on', async () => {
    const { offers, paths } = await prepared([hop(['a'])]);
    expect(paths).toEqual(['a']);
    const offer = offers.ok ? offers.value.keys[0] : undefined;
    expect(offer).toMatchObject({ signer: 'file', blob: readPublicText(A.public)?.blob });
    expect((await offer?.sign(Buffer.from('data'), 'ssh-ed25519'))?.ok).toBe(true);
  });
  test('may be wrong twice', async () => {
    const { asked, paths } = await prepared([hop(['a'])], (_, time) => (time < 3 ? 'wrong' : 'sentinel-a'));
    expect(asked).toEqual(['a', 'a', 'a']);
    expect(paths).toEqual(['a']);
  });
  test('but not three times', async () => {
    const { asked, problems, offers } = await prepared([hop(['a']), hop(['a', 'free'])], () => 'wrong');
    expect(asked).toEqual(['a', 'a', 'a']);
    expect(problems).toEqual([]);
    expect(offers).toEqual(err(reason('the passphrase was wrong 3 times')));
  });
  test('may be nothing: the key stays locked', async () => {
    const own = await prepared([hop(['a'])], () => '');
    expect(own.asked).toEqual(['a']);
    expect(own.offers).toEqual(err(reason('no passphrase was given')));
    const usual = await prepared([hop(['a', 'b'], 'usual')], (name) => (name === 'a' ? '' : 'sentinel-b'));
    expect(usual.asked).toEqual(['a', 'b']);
    expect(usual.paths).toEqual(['b']);
    expect(usual.offers.ok && usual.offers.value.passedOver).toEqual([reason('no passphrase was given')]);
  });
  test('may be Ctrl-C: nobody is asked anything more', async () => {
    const { asked, problems } = await prepared([hop(['a', 'b'])], () => null);
    expect(asked).toEqual(['a']);
    expect(problems.map(({ code }) => code)).toEqual(['INTERRUPTED']);
  });
  test('is in nothing that is said', async () => {
    const all = await Promise.all([prepared([hop(['a'])]), prepared([hop(['a'])], () => 'sentinel-wrong')]);
    expect(JSON.stringify(all)).not.toContain('sentinel');
  });
});

test.each<[string, null | (() => Promise<never>)]>([
  ['where there is no terminal', null],
  ['where the terminal cannot be used', () => Promise.reject(new Error('EIO'))],
])('%s, a locked key is for the agent', async (_, ask) => {
  const source = createOfferSource(null, { now: Date.now, unlock });
  expect(await source.prepare([hop(['a'])], ask)).toEqual([]);
  expect(await source.offers(hop(['a']).ssh)).toEqual(
    err(`${at('a')}: it is encrypted, and the ssh-agent does not hold it: ssh-add ${at('a')}`),
  );
});
