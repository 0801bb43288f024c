import { describe, expect, test } from 'vitest';
import { readCredentials } from '../../src/commands/credentials.ts';
import { referenceKey, Secret, type SecretReference } from '../../src/domain/secret.ts';
import type { BecomeSpec, Target } from '../../src/domain/target.ts';
import { err, ok } from '../../src/lib/result.ts';
import { registry, target } from '../support/fleet-samples.ts';
import { sshSpec } from '../support/ssh-target.ts';

const reference = (name: string): SecretReference => ({ kind: 'env', name });
const SUDO = reference('SUDO');

function person(name: string, become: Partial<BecomeSpec>, user = 'ops'): Target {
  return target(name, {
    ssh: sshSpec(name, { user, password: reference('SSH') }),
    become: { method: 'auto', password: SUDO, ...become },
  });
}

async function readFor(targets: readonly Target[], texts: Readonly<Record<string, string>> = {}) {
  const read: string[] = [];
  const inventory = {
    file: 'inventory.yaml',
    registries: [registry],
    targets,
    marathon: { token: null, caFile: null },
    warnings: [],
  };
  const credentials = await readCredentials(targets, inventory, {
    state: { generationKey: new Uint8Array(32) },
    secrets: {
      async read(which) {
        const name = which.kind === 'env' ? which.name : '';
        read.push(name);
        const text = texts[name] ?? `the secret of ${name}`;
        return text === ''
          ? err({ code: 'SECRET_UNAVAILABLE', message: `${name} is empty.`, hint: '' })
          : ok(new Secret(text));
      },
    },
  });
  return { read, credentials };
}

describe('what sudo may ask for', () => {
  test('is read once for all, and masked', async () => {
    const { read, credentials } = await readFor([person('a1', {}), person('a2', { method: 'sudo' })]);
    expect(read).toEqual(['REGISTRY_PASSWORD', 'SSH', 'SUDO']);
    if (!credentials.ok) throw new Error('all were there');
    expect(credentials.value.becomePasswords.get(referenceKey(SUDO))?.reveal()).toBe('the secret of SUDO');
    expect(credentials.value.secrets.map(({ secret }) => secret.reveal())).toContain('the secret of SUDO');
  });

  test.each([
    ['root', person('a1', {}, 'root')],
    ['doas', person('a1', { method: 'doas' })],
    ['nobody', person('a1', { method: 'none' })],
    ['a sudo that has none', person('a1', { password: null })],
  ])('is not read for %s', async (_, agent) => {
    const { read, credentials } = await readFor([agent]);
    expect(read).toEqual(['REGISTRY_PASSWORD', 'SSH']);
    expect(credentials).toMatchObject({ ok: true, value: { becomePasswords: new Map() } });
  });

  test('and could not be had is a problem, as any other', async () => {
    const { credentials } = await readFor([person('a1', {})], { SUDO: '', SSH: '' });
    expect(credentials).toMatchObject({
      ok: false,
      error: [{ message: 'SSH is empty.' }, { message: 'SUDO is empty.' }],
    });
  });

  test.each([
    ['255 bytes', 'x'.repeat(255), true],
    ['256 bytes', 'x'.repeat(256), false],
    ['128 letters of two bytes', 'é'.repeat(128), false],
  ])('of %s: an old sudo would give the rest to what it starts', async (_, text, fine) => {
    const { credentials } = await readFor([person('a1', {})], { SUDO: text });
    expect(credentials.ok).toBe(fine);
    if (!credentials.ok) expect(JSON.stringify(credentials.error)).not.toContain(text);
  });
});

describe('with what is at hand', () => {
  const registries = [
    { name: 'a.example.com', username: 'u', password: { kind: 'env', name: 'A' }, proof: 'agent' },
    { name: 'b.example.com', username: 'u', password: { kind: 'prompt', text: '?' }, proof: 'agent' },
  ] as const;
  const targets = [target('a')].map((one) => ({
    ...one,
    registries: registries.map(({ name }) => name),
  }));
  const inventory = { file: 'i', registries, targets, marathon: { token: null, caFile: null }, warnings: [] };

  test('nobody is asked, and the generation of a set that is not whole has no name', async () => {
    const asked: string[] = [];
    const secrets = {
      async read(reference: { kind: string }) {
        asked.push(reference.kind);
        return ok(new Secret('x'));
      },
    };
    const found = await readCredentials(
      targets,
      inventory,
      { secrets, state: { generationKey: new Uint8Array(32) } },
      true,
    );
    if (!found.ok) throw new Error('it should go on');
    expect(asked).toEqual(['env']);
    expect([...found.value.needed]).toEqual(['a.example.com', 'b.example.com']);
    expect(found.value.generationOf(found.value.needed)).toBeNull();
    expect(found.value.generationOf(['a.example.com'])).toMatch(/^g-/);
  });
});
