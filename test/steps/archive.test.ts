import { describe, expect, test } from 'vitest';
import { packArchive } from '../../src/credential/archive.ts';
import { configJson } from '../../src/credential/config-json.ts';
import { judgeLook, type Look } from '../../src/steps/archive.ts';
import { CTX } from './support.ts';

const entry = (key: string) => ({ key, auth: Buffer.from('ci:x').toString('base64') });
const file = (bytes: Uint8Array | null): Look => ({
  kind: 'file',
  sum: '12:34',
  size: bytes?.length ?? 100_000,
  mode: '-rw-------',
  owner: 'root',
  group: 'root',
  uid: '0',
  gid: '0',
  bytes,
});
const archive = (...keys: string[]) => file(packArchive(configJson(keys.map(entry))));
const judge = (look: Look, dropOthers = false) =>
  judgeLook(look, { wantedKeys: ['registry.example.com:5000'], dropOthers, ctx: CTX });

describe('may be replaced:', () => {
  test.each([
    ['nothing', { kind: 'absent' }, 'absent'],
    ['the same registries', archive('registry.example.com:5000'), '12:34'],
    ['no registries', archive(), '12:34'],
    // tar cannot unpack it, so that nobody has access by it; it is kept as the previous archive.
    ['what is no archive', file(Buffer.from('hello')), '12:34'],
    ['an empty file', file(new Uint8Array()), '12:34'],
  ] as const)('%s', (_, look, expected) => {
    expect(judge(look)).toEqual({ ok: true, value: { expected } });
  });
});

describe('is left as it is:', () => {
  test.each([
    ['link', /symbolic link/],
    ['folder', /folder/],
    ['other', /no plain file/],
    ['nowhere', /folder does not exist/],
    ['unreadable', /cannot be read/],
  ] as const)('%s, whatever the operator says of other registries', (kind, message) => {
    const failure = {
      code: 'ARCHIVE_PATH_UNUSABLE',
      step: 'install',
      message: expect.stringMatching(message),
    };
    expect(judge({ kind })).toMatchObject({ ok: false, error: failure });
    expect(judge({ kind }, true)).toMatchObject({ ok: false, error: failure });
  });

  test.each([
    ['another registry', archive('other.example.com', 'registry.example.com:5000'), /other\.example\.com\.$/],
    ['Docker Hub', archive('https://index.docker.io/v1/'), /docker\.io\.$/],
    ['what is too large to be read', file(null), /more than 64 KiB/],
    ['what is packed in another way', file(Buffer.from('BZh91AY')), /bzip2/],
  ])('%s, unless the operator says so', (_, look, message) => {
    const failure = { code: 'ARCHIVE_FOREIGN', step: 'install', message: expect.stringMatching(message) };
    expect(judge(look)).toMatchObject({ ok: false, error: failure });
    expect(judge(look, true)).toEqual({ ok: true, value: { expected: '12:34' } });
  });
});
