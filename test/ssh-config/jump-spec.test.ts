import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jumpName, parseJumps } from '../../src/ssh-config/jump-spec.ts';

const spec = (host: string, user: string | null = null, port: number | null = null) => ({ user, host, port });

describe('a list of jump hosts', () => {
  test.each([
    ['bastion', [spec('bastion')]],
    ['op@bastion:2222', [spec('bastion', 'op', 2222)]],
    ['a,op@b , c:24', [spec('a'), spec('b', 'op'), spec('c', null, 24)]],
    ['op@example.com@bastion', [spec('bastion', 'op@example.com')]],
    ['[2001:db8::1]', [spec('2001:db8::1')]],
    ['op@[2001:db8::1]:23', [spec('2001:db8::1', 'op', 23)]],
    ['ssh://op@bastion:24', [spec('bastion', 'op', 24)]],
    ['ssh://bastion/', [spec('bastion')]],
    ['ssh://o%70;fingerprint=x@bastion', [spec('bastion', 'op')]],
    ['bastion:', [spec('bastion')]],
    ['bastion # the way', [spec('bastion')]],
    ['none', []],
    ['None # at all', []],
  ])('%s', (text, specs) => {
    expect(parseJumps(text)).toEqual(specs);
  });

  test.each([
    ...[
      '',
      ',',
      'a,',
      '@a',
      'op@',
      'a:0',
      'a:65536',
      'a:x',
      '2001:db8::1',
      '[::1',
      '::1]',
      'a b',
      'a/b',
      'a:22/b',
    ],
    ...[
      'ssh://',
      'ssh://@a',
      'ssh://a/b',
      'ssh://%zz@a',
      'http://a',
      '[]',
      'a:-1',
      '# none',
      `${'a,'.repeat(16)}a`,
    ],
  ])('%j is none', (text) => {
    expect(parseJumps(text)).toBeNull();
  });

  test('reads back what it names', () => {
    const name = fc.stringMatching(/^[a-z0-9.-]{1,9}$/);
    const host = fc.oneof(name, fc.constant('2001:db8::7')).filter((text) => text !== 'none');
    const specs = fc.record({
      user: fc.option(name),
      host,
      port: fc.option(fc.integer({ min: 1, max: 65_535 })),
    });
    fc.assert(
      fc.property(fc.array(specs, { minLength: 1 }), (list) => {
        expect(parseJumps(list.map(jumpName).join(','))).toEqual(list);
      }),
    );
  });

  test('any text is a list or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseJumps(text) ?? []).toBeInstanceOf(Array);
      }),
    );
  });
});
