import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { starterInventory } from '../../src/commands/init.ts';
import { good } from '../inventory/reading.ts';

function starter(...hosts: readonly string[]): string {
  const text = starterInventory(hosts);
  if (!text.ok) throw new Error(JSON.stringify(text.error));
  return text.value;
}

const agentLines = (text: string) => text.split('\n').filter((line) => line.startsWith('  - '));
const hostsOf = (text: string) => good(text).targets.map(({ host }) => host);

describe('the starter inventory', () => {
  test('has an example range, and is a good one', () => {
    const text = starter();
    expect(hostsOf(text)).toHaveLength(40);
    expect(good(text).warnings).toEqual([]);
    expect(text).toContain('password: { env: REGISTRY_PASSWORD }');
  });

  test('is short: without its comments it is the smallest that works', () => {
    const lines = starter()
      .split('\n')
      .filter((line) => !line.startsWith('#') && line !== '');
    expect(lines.map((line) => line.replace(/ #.*/, ''))).toEqual([
      'registries:',
      '  registry.example.com:',
      '    username: ci-puller',
      '    password: { env: REGISTRY_PASSWORD }',
      'agents:',
      '  - 10.0.1.[1-40]',
    ]);
  });

  test.each([
    [
      'hosts, folded',
      ['10.0.1.1', '10.0.1.2', 'web1.example.com'],
      ['  - 10.0.1.[1-2]', '  - web1.example.com'],
    ],
    ['ranges', ['10.0.1.[1-3]', '10.0.1.4'], ['  - 10.0.1.[1-4]']],
    ['a host that is there twice, once', ['web-1', 'WEB-1', 'web-1'], ['  - web-1']],
    [
      'what YAML would take for something else, in quotes',
      ['true', '1e3', 'null'],
      ['  - "true"', '  - "1e3"', '  - "null"'],
    ],
    [
      'a range that starts with a bracket, in quotes',
      ['1.example.com', '2.example.com'],
      ['  - "[1-2].example.com"'],
    ],
    [
      'IPv6 addresses, as mappings',
      ['::1', 'fe80::1%eth0'],
      ['  - { host: "::1" }', '  - { host: "fe80::1%eth0" }'],
    ],
  ])('takes %s', (_, hosts, lines) => {
    const text = starter(...hosts);
    expect(agentLines(text)).toEqual(lines);
    expect(good(text).targets.length).toBeGreaterThan(0);
  });

  test('says all that is wrong with the hosts', () => {
    expect(starterInventory(['core@web1', 'web1', 'a b', 'n[2-1]', 'n[1-1000000000]'])).toMatchObject({
      ok: false,
      error: [
        { code: 'HOST_INVALID' },
        { code: 'HOST_INVALID' },
        { code: 'HOST_INVALID' },
        { code: 'HOST_INVALID' },
      ],
    });
  });

  test('is good, and has the hosts, whatever they are', () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9_-]{0,8}[a-z0-9])?$/);
    const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
    const host = fc.oneof(
      name.filter((text) => !/(^|\.)\d+$/.test(text)),
      fc.ipV4(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(fc.uniqueArray(host, { minLength: 1, maxLength: 12 }), (hosts) => {
        const text = starterInventory(hosts);
        fc.pre(text.ok);
        expect(hostsOf(text.ok ? text.value : '').every((one) => hosts.includes(one))).toBe(true);
      }),
    );
  });
});
