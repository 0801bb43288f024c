import { describe, expect, test } from 'vitest';
import { installVerb, interpretInstall } from '../../src/steps/install.ts';
import { answer, CTX, TARGET } from './support.ts';

const ARCHIVE = Buffer.from('hello');
const THERE = { kind: 'file', sum: '1:5', size: '5', mode: '-rw-------', owner: 'root', group: 'root' };

const ended = (fields: Record<string, string>, texts: Record<string, string | Uint8Array> = {}) =>
  interpretInstall(
    answer('install', { ...THERE, fits: 'yes', ...fields }, { bytes: ARCHIVE, ...texts }),
    ARCHIVE,
    CTX,
  );

test('the verb has all that the agent needs', () => {
  const holder = 'ops@bastion, run 01J';
  expect(installVerb({ spec: TARGET.archive, expected: '1:2', holder, archive: ARCHIVE })).toEqual({
    verb: 'install',
    path: '/etc/docker.tar.gz',
    owner: 'root',
    group: 'root',
    mode: 0o600,
    expected: '1:2',
    holder,
    archive: ARCHIVE,
  });
});

describe('an install that ended well', () => {
  test.each(['changed', 'unchanged', 'moved'])('%s', (result) => {
    expect(ended({ result })).toEqual({ kind: result });
  });

  test.each([
    ['other bytes', {}, { bytes: 'hellO' }],
    ['fewer bytes', {}, { bytes: 'hell' }],
    ['nothing', { kind: 'absent' }, {}],
    ['a link', { kind: 'link' }, {}],
  ])('but reads back as %s is a failure, whatever the agent claims', (_, fields, texts) => {
    const failure = { code: 'ARCHIVE_INVALID', step: 'install' };
    expect(ended({ result: 'changed', ...fields }, texts)).toMatchObject({
      kind: 'failed',
      failure,
      changed: true,
    });
    // Found right without the lock, and another by now: it is to be looked at again.
    expect(ended({ result: 'unchanged', ...fields }, texts)).toEqual({ kind: 'moved' });
  });

  test('but kept neither owner nor mode', () => {
    const end = ended({ result: 'changed', fits: 'no', mode: '-rwxrwxrwx', owner: 'nobody' });
    const message =
      '/etc/docker.tar.gz on 10.0.1.1 is nobody:root -rwxrwxrwx, the inventory says root:root -rw-------.';
    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'ARCHIVE_MODE', message }, changed: true });
  });

  test('but does not say whether owner and mode are right is not believed', () => {
    const end = ended({ result: 'changed', fits: '' });
    expect(end).toMatchObject({ kind: 'failed', failure: { code: 'REMOTE_PROTOCOL' }, changed: true });
  });
});

describe('an install that did not come to pass changed nothing', () => {
  test.each([
    ['owner', "chown: invalid group: 'root:tasks'", 'ARCHIVE_MODE', /owner and mode cannot be had/],
    ['path', '/etc/docker.tar.gz is a symbolic link', 'ARCHIVE_PATH_UNUSABLE', /is a symbolic link/],
    ['path', '', 'ARCHIVE_PATH_UNUSABLE', /no plain file/],
    ['write', "dd: error writing '/etc/.x': No space left on device", 'NO_SPACE', /No space left/],
    ['write', "dd: error writing '/etc/.x': Disk quota exceeded", 'NO_SPACE', /quota/],
    ['write', '/bin/sh: 1: cannot create /etc/.x: Read-only file system', 'READ_ONLY', /read-only/],
    [
      'write',
      "mv: cannot move 'a' to 'b': Operation not permitted",
      'ARCHIVE_PATH_UNUSABLE',
      /not permitted/,
    ],
    ['write', '', 'ARCHIVE_PATH_UNUSABLE', /could not be written/],
  ])('%s: %s', (result, trouble, code, message) => {
    const end = ended({ result }, { trouble });
    const failure = { code, step: 'install', message: expect.stringMatching(message) };
    expect(end).toMatchObject({ kind: 'failed', failure, changed: false });
  });

  test.each([
    ['ops@bastion, run 01J\n', 'Jan 1 00:01', 'ops@bastion, run 01J', 'Jan 1 00:01'],
    ['', '? ? ?', 'somebody who does not say who', 'an unknown time'],
    ['', '', 'somebody who does not say who', 'an unknown time'],
    ['a\x1b[2J', '\x1b[2J', 'a\\x1b[2J', '\\x1b[2J'],
  ])('because another one is at work: %j', (trouble, made, holder, since) => {
    const message = `Another install is at work on 10.0.1.1: ${holder}, since ${since}.`;
    const failure = { code: 'AGENT_BUSY', message, retryable: true };
    const end = ended({ result: 'busy', since: made }, { trouble });
    expect(end).toMatchObject({ kind: 'failed', failure, changed: false });
  });
});

test.each([
  ['no result', answer('install', THERE)],
  ['an unknown result', answer('install', { ...THERE, result: 'done' })],
  ['another verb', answer('look', { ...THERE, result: 'changed' }, { bytes: ARCHIVE })],
])('%s is REMOTE_PROTOCOL, and nobody knows what it changed', (_, said) => {
  const end = interpretInstall(said, ARCHIVE, CTX);
  expect(end).toMatchObject({ kind: 'failed', failure: { code: 'REMOTE_PROTOCOL' }, changed: null });
});
