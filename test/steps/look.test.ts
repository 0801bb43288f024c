import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Look, lookVerb, readLook, wouldChange } from '../../src/steps/look.ts';
import { answer, TARGET } from './support.ts';

const OWNER = { owner: 'root', uid: '0', group: 'root', gid: '0' };
const FIELDS = { kind: 'file', sum: '123:5', size: '5', mode: '-rw-------', ...OWNER };
const BYTES = Buffer.from('hello');
const FILE: Look = { ...FIELDS, kind: 'file', size: 5, bytes: BYTES };

test('it looks at the path of the archive, for as much as can be judged', () => {
  expect(lookVerb(TARGET)).toEqual({ verb: 'look', path: '/etc/docker.tar.gz', limit: 65_536 });
});

describe('what lies there', () => {
  test('a file, with its bytes', () => {
    expect(readLook(answer('look', FIELDS, { bytes: BYTES }))).toEqual({ ok: true, value: FILE });
  });
  test('an empty file', () => {
    const look = readLook(answer('look', { ...FIELDS, size: '0' }));
    expect(look).toMatchObject({ ok: true, value: { size: 0, bytes: new Uint8Array() } });
  });
  test('a file that is too large to be sent', () => {
    const look = readLook(answer('look', { ...FIELDS, size: '65537' }));
    expect(look).toMatchObject({ ok: true, value: { size: 65_537, bytes: null } });
  });
  test.each(['123:5', 'large:2000000', 'ab'.repeat(32)])('a file with the sum %s', (sum) => {
    expect(readLook(answer('look', { ...FIELDS, sum }, { bytes: BYTES }))).toMatchObject({ value: { sum } });
  });
  test('a file whose agent does not tell numbers', () => {
    const look = readLook(answer('look', { ...FIELDS, uid: '?', gid: '' }, { bytes: BYTES }));
    expect(look).toMatchObject({ ok: true, value: { uid: null, gid: null } });
  });
  test('a file that may not be read', () => {
    expect(readLook(answer('look', { ...FIELDS, sum: 'unreadable' }))).toEqual({
      ok: true,
      value: { kind: 'unreadable' },
    });
  });
  test.each(['absent', 'nowhere', 'link', 'folder', 'other'])('%s', (kind) => {
    expect(readLook(answer('look', { kind, sum: 'absent', size: '0' }))).toEqual({
      ok: true,
      value: { kind },
    });
  });
});

describe('nonsense is told', () => {
  test.each([
    ['no kind', {}],
    ['an unknown kind', { kind: 'file\n' }],
    ['a sum that would be words of a command', { ...FIELDS, sum: '1 2' }],
    ['no sum', { ...FIELDS, sum: '' }],
    ['no size', { ...FIELDS, size: '' }],
    ['a size below zero', { ...FIELDS, size: '-5' }],
    ['other bytes than the size says', { ...FIELDS, size: '6' }],
    ['no mode', { ...FIELDS, mode: '' }],
    ['no owner', { ...FIELDS, owner: '' }],
    ['no group', { ...FIELDS, group: '' }],
  ])('%s', (_, fields) => {
    expect(readLook(answer('look', fields, { bytes: BYTES })).ok).toBe(false);
  });

  test('any fields give a value', () => {
    const fields = fc.record({ kind: fc.constantFrom('file', 'x'), sum: fc.string(), size: fc.string() });
    fc.assert(
      fc.property(fields, fc.uint8Array(), (some, bytes) => {
        expect(typeof readLook(answer('look', { ...FIELDS, ...some }, { bytes })).ok).toBe('boolean');
      }),
    );
  });
});

describe('would an install change anything?', () => {
  const spec = TARGET.archive;
  test.each([
    ['nothing there', { kind: 'absent' }, spec, true],
    ['the same', FILE, spec, false],
    ['other bytes', { ...FILE, bytes: Buffer.from('hellO') }, spec, true],
    ['too large to know', { ...FILE, bytes: null }, spec, true],
    ['another mode', { ...FILE, mode: '-rw-r--r--' }, spec, true],
    ['another mode is wanted', { ...FILE, mode: '-rw-r-----' }, { ...spec, mode: 0o640 }, false],
    ['another owner', { ...FILE, owner: 'core', uid: '1000' }, spec, true],
    ['another group', { ...FILE, group: 'nogroup', gid: '65534' }, spec, true],
    ['root without a name', { ...FILE, owner: '0', group: '0' }, spec, false],
    ['root wanted by its number', FILE, { ...spec, owner: '0', group: '0' }, false],
    ['an owner wanted by number', { ...FILE, owner: 'core', uid: '1000' }, { ...spec, owner: '1000' }, false],
    ['another number', { ...FILE, owner: 'core', uid: '1000' }, { ...spec, owner: '1001' }, true],
    [
      'a number, and a name is wanted',
      { ...FILE, owner: '1000', uid: '1000' },
      { ...spec, owner: 'core' },
      true,
    ],
    [
      'numbers are not told: root',
      { ...FILE, uid: null, gid: null },
      { ...spec, owner: '0', group: '0' },
      false,
    ],
    ['numbers are not told: a name', { ...FILE, owner: 'core', uid: null }, { ...spec, owner: '0' }, true],
    ['numbers are not told: a number', { ...FILE, owner: '7', uid: null }, { ...spec, owner: '7' }, false],
  ] as const)('%s', (_, look, wanted, change) => {
    expect(wouldChange(look, BYTES, wanted)).toBe(change);
  });
});
