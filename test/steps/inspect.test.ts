import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectVerb, readInspection } from '../../src/steps/inspect.ts';
import { answer, TARGET } from './support.ts';

const ABSENT = { kind: 'absent', sum: 'absent', size: '0', room: 'yes', missing: 'none' };
const read = (fields: Record<string, string>, asked = false, left = '') =>
  readInspection(answer('inspect', { ...ABSENT, ...fields }, left === '' ? {} : { left }), asked);

test('it asks for the archive, and whether the task’s user can read it', () => {
  const verb = { verb: 'inspect', path: '/etc/docker.tar.gz', limit: 65_536 };
  expect(inspectVerb(TARGET, null)).toEqual({ ...verb, taskUser: '' });
  expect(inspectVerb(TARGET, 'nobody')).toEqual({ ...verb, taskUser: 'nobody' });
});

test('it reads what is said', () => {
  expect(read({ age: '90', reads: 'no', missing: 'tar,df' }, true, '/run/a\n/etc/b\u001b[2J\n')).toEqual({
    ok: true,
    value: {
      look: { kind: 'absent' },
      room: 'yes',
      taskUser: 'denied',
      ageSeconds: 90,
      leftovers: ['/run/a', '/etc/b\\x1b[2J'],
      missing: ['df', 'tar'],
    },
  });
});

test('of a user that nobody asked for nothing is said', () => {
  expect(read({ reads: 'no' })).toMatchObject({ value: { taskUser: null } });
});

describe('silence is no proof:', () => {
  test.each([
    ['no word on the room', { room: '' }, false],
    ['a room that is none', { room: 'plenty' }, false],
    ['no word on tools', { missing: undefined as unknown as string }, false],
    ['no word on the task user', {}, true],
    ['a word that is none', { reads: 'perhaps' }, true],
    ['no kind', { kind: '' }, false],
  ] as const)('%s', (_, fields, asked) => {
    const all = Object.fromEntries(
      Object.entries({ ...ABSENT, ...fields }).filter(([, value]) => value !== undefined),
    );
    expect(readInspection(answer('inspect', all as Record<string, string>), asked).ok).toBe(false);
  });

  test('another verb’s answer', () => {
    expect(readInspection(answer('look', ABSENT), false).ok).toBe(false);
  });
});

test('few leftovers are told, however many there are', () => {
  const found = read({}, false, Array.from({ length: 500 }, (_, at) => `/run/${at}`).join('\n'));
  expect(found.ok && found.value.leftovers).toHaveLength(10);
});

test('whatever is said, there is a value', () => {
  const names = fc.constantFrom(
    'kind',
    'room',
    'reads',
    'age',
    'missing',
    'sum',
    'size',
    'mode',
    'owner',
    'group',
  );
  fc.assert(
    fc.property(fc.dictionary(names, fc.string()), fc.boolean(), fc.string(), (fields, asked, left) => {
      const found = read(fields, asked, left);
      if (found.ok) expect(found.value.leftovers.length).toBeLessThanOrEqual(10);
    }),
  );
});
