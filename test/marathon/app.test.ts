import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckSpec } from '../../src/domain/target.ts';
import { readApp } from '../../src/marathon/app.ts';
import { hostPattern } from '../../src/marathon/host-pattern.ts';
import { target } from '../support/fleet-samples.ts';
import { app, check, type Value } from './support.ts';

const read = (value: Value) => {
  const { app: known } = readApp(JSON.stringify(value));
  if (known === null) throw new Error('it should be an app');
  return known;
};

describe('what a deploy needs', () => {
  test('the image and the user', () => {
    expect(read(app({ user: 'task' }))).toMatchObject({ user: 'task', image: { repository: 'iron/runner' } });
  });

  test.each([[{}], [{ user: '' }], [{ user: 5 }], [{ user: null }]])('no user: %j', (more) => {
    expect(read(app(more)).user).toBeNull();
  });

  test('no image where docker would not take it', () => {
    expect(read(app({ container: { docker: { image: 'A B' } } })).image).toBeNull();
    expect(read(app({ container: null })).image).toBeNull();
  });
});

describe('the checks of an app', () => {
  const known: CheckSpec = { id: 'dockerd', command: 'pgrep dockerd', expect: 'pass', timeoutMs: 9_000 };
  const checks = (...healthChecks: Value[]) =>
    read(app({ healthChecks })).checks(target('a', { checks: [known] }));

  test("are its COMMAND checks; the inventory's of the same command says what to expect", () => {
    expect(
      checks(check('docker ps', { timeoutSeconds: 7 }), { protocol: 'HTTP' }, check('pgrep dockerd')),
    ).toEqual([
      { id: 'app-1', command: 'docker ps', expect: 'runnable', timeoutMs: 7_000 },
      { id: 'dockerd', command: 'pgrep dockerd', expect: 'pass', timeoutMs: 20_000 },
    ]);
  });

  test("are the inventory's where the app has none", () => {
    expect(checks({ protocol: 'HTTP' })).toEqual([known]);
    expect(read({ id: '/x' }).checks(target('a', { checks: [] }))).toEqual([]);
  });

  test.each([
    [0, 20_000],
    [-1, 20_000],
    ['7', 20_000],
    [1e300, 86_400_000],
    [0.2, 1_000],
  ])('timeoutSeconds %j', (timeoutSeconds, expected) => {
    expect(checks(check('a', { timeoutSeconds }))[0]?.timeoutMs).toBe(expected);
  });

  test('have names of their own, whatever the inventory calls its checks', () => {
    const odd = [{ ...known, id: 'app-2' }];
    const commands = ['pgrep dockerd', 'a', 'pgrep dockerd', 'b'];
    const specs = read(app({ healthChecks: commands.map((value) => check(value)) })).checks(
      target('a', { checks: odd }),
    );
    expect(specs.map(({ id }) => id)).toEqual(['app-2', 'app-2-2', 'app-2-3', 'app-4']);
  });
});

describe('constraints on hostname', () => {
  const agents = [target('gpu-1'), target('gpu-2', { host: '10.0.0.2' }), target('web-1')];
  const runsOn = (...constraints: Value[]) => {
    const { mayRunOn } = read(app({ constraints }));
    return agents.filter(mayRunOn).map(({ name }) => name);
  };

  test.each<[string, Value[], string[]]>([
    ['LIKE a name', [['hostname', 'LIKE', 'gpu-.*']], ['gpu-1', 'gpu-2']],
    ['LIKE a host', [['hostname', 'LIKE', '10[.]0[.]0[.]\\d+']], ['gpu-2']],
    ['LIKE all of it', [['hostname', 'LIKE', 'gpu']], []],
    ['UNLIKE', [['hostname', 'UNLIKE', '(gpu-.*|10.*)']], ['web-1']],
    ['CLUSTER', [['hostname', 'CLUSTER', 'web-1.example.com']], ['web-1']],
    ['IS', [['@hostname', 'IS', 'gpu-1']], ['gpu-1']],
    [
      'several',
      [
        ['hostname', 'LIKE', 'gpu.*'],
        ['hostname', 'UNLIKE', '.*-1.*'],
      ],
      ['gpu-2'],
    ],
    ['an object, as of pods', [{ fieldName: 'hostname', operator: 'LIKE', value: 'web.*' }], ['web-1']],
  ])('%s', (_, constraints, names) => {
    expect(runsOn(...constraints)).toEqual(names);
  });

  test.each<[string, Value]>([
    ['UNIQUE', ['hostname', 'UNIQUE']],
    ['UNIQUE with a value', ['hostname', 'UNIQUE', 'x']],
    ['GROUP_BY', ['hostname', 'GROUP_BY', '3']],
    ['MAX_PER', ['hostname', 'MAX_PER', '2']],
    ['CLUSTER without a value', ['hostname', 'CLUSTER']],
    ['CLUSTER with an empty one', ['hostname', 'CLUSTER', '']],
    ['LIKE without a value', ['hostname', 'LIKE']],
    ['another field', ['rack', 'LIKE', 'x']],
    ['a pattern of Java alone', ['hostname', 'LIKE', '(?i)GPU.*']],
    ['a pattern that is none', ['hostname', 'UNLIKE', '(gpu']],
    ['an operator that is none', ['hostname', 'LIKES', 'x']],
    ['something else', 'hostname'],
  ])('%s narrows nothing', (_, constraint) => {
    expect(runsOn(constraint)).toEqual(['gpu-1', 'gpu-2', 'web-1']);
  });
});

describe('a pattern of Java', () => {
  test.each([
    ['srv2.*', 'srv21', true],
    ['srv2.*', 'xsrv2', false],
    ['a|bc', 'bc', true],
    ['a|bc', 'ac', false],
    ['(a|b)+c?', 'ababc', true],
    ['[a-c]{2,3}', 'abc', true],
    ['[a-c]{2,3}', 'a', false],
    ['[^a]{2}', 'bc', true],
    ['^gpu-\\d+$', 'gpu-07', true],
    ['(?:a*?b){2,}', 'aabab', true],
    ['10\\.0\\.0\\.[1-9]', '10.0.0.7', true],
    ['10\\.0\\.0\\.[1-9]', '10x0.0.7', false],
    ['()', '', true],
    ['a{0}', '', true],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(hostPattern(pattern)?.(name)).toBe(expected);
  });

  test.each([
    '(?i)a',
    'a++',
    'a*+',
    '\\Qa\\E',
    '\\p{Alpha}',
    '[a&&b]',
    '[[:alpha:]]',
    '(?<x>a)',
    '\\1',
    '*a',
    'a{3,1}',
    '[b-a]',
    '(',
    ')',
    'a{999}',
    '\\b',
    'a'.repeat(600),
  ])('is not followed: %s', (pattern) => {
    expect(hostPattern(pattern)).toBeNull();
  });

  test('that would take for ever ends, without an answer', () => {
    const name = `${'a'.repeat(250)}b`;
    expect(hostPattern('(((a?){200}){200}){200}')?.(name)).toBeNull();
    expect(hostPattern('((a*)*)*')?.(name)).toBe(false);
    expect(hostPattern('(a|a)*c')?.(name)).toBe(false);
  });

  const pieces = fc.array(
    fc.constantFrom(
      'a',
      'b',
      '-',
      '.',
      '*',
      '+',
      '?',
      '|',
      '(',
      ')',
      '(?:',
      '[ab]',
      '[^a]',
      '\\d',
      '\\.',
      '{1,2}',
      '{2}',
      '^',
      '$',
    ),
    { maxLength: 12 },
  );
  test('means what it means to JavaScript, or is not followed', () => {
    let followed = 0;
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.constantFrom('a', 'b', '-', '.', '1'), { maxLength: 8 }),
        (parts, letters) => {
          const pattern = parts.join('');
          const name = letters.join('');
          const matches = hostPattern(pattern);
          if (matches === null) return;
          followed += 1;
          expect(matches(name)).toBe(new RegExp(`^(?:${pattern})$`).test(name));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(followed).toBeGreaterThan(200);
  });
});
