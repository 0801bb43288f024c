import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGreetingReader, recognise } from '../../../../src/transports/ssh2/connection/first-bytes.ts';

test.each([
  ['nothing', '', 'nothing'],
  ['the beginning of a version', 'SS', 'nothing'],
  ['a version', 'SSH-2.0-OpenSSH_9.2p1 Debian\r\n', 'ssh'],
  ['lines of text before a version', 'Authorised use only\r\nSSH-2.0-x\r\n', 'ssh'],
  ['lines of text alone', 'Authorised use only\r\n', 'other'],
  ['MaxStartups, up to 9.7', 'Exceeded MaxStartups\r\n', 'busy'],
  ['MaxStartups or a penalty, from 9.8', 'Not allowed at this time\r\n', 'busy'],
  ['a web server', 'HTTP/1.1 400 Bad Request\r\n', 'http'],
  ['a mail server', '220 mail.example.com ESMTP\r\n', 'other'],
  ['a TLS alert', '\x15\x03\x01\x00\x02\x02\x16', 'other'],
  ['the word in the middle of a line', 'this is no SSH-2.0 server', 'other'],
])('%s', (_, text, greeting) => {
  expect(recognise(Buffer.from(text, 'latin1'))).toBe(greeting);
});

test('any bytes are recognised as something', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(['nothing', 'ssh', 'busy', 'other', 'http']).toContain(recognise(bytes));
    }),
  );
});

/** Reads bytes in pieces of these sizes, the last as large as needed; what came of the last piece. */
function read(text: string, sizes: readonly number[]) {
  const reader = createGreetingReader();
  let rest = Buffer.from(text, 'latin1');
  for (const size of [...sizes, text.length]) {
    const result = reader.push(rest.subarray(0, size));
    rest = rest.subarray(size);
    if (result === 'never') return { ident: 'never', after: '', reader };
    if (result !== null) {
      return { ident: result.ident, after: Buffer.concat([result.bytes, rest]).toString('latin1'), reader };
    }
  }
  return { ident: null, after: '', reader };
}

describe('the version line', () => {
  test.each<[string, string, string | null, string]>([
    ['comes first', 'SSH-2.0-x\r\nrest', 'SSH-2.0-x', 'SSH-2.0-x\r\nrest'],
    ['may end without a carriage return', 'SSH-2.0-x\nrest', 'SSH-2.0-x', 'SSH-2.0-x\nrest'],
    ['comes after other lines', 'one\r\n\r\nSSH-2.0-x\r\n', 'SSH-2.0-x', 'SSH-2.0-x\r\n'],
    ['is not complete yet', 'SSH-2.0-x', null, ''],
    ['will not come from a web server', 'HTTP/1.1 400 No\r\n', 'never', ''],
    ['will not come after a line that never ends', 'x'.repeat(9_000), 'never', ''],
    ['does not end itself', `SSH-${'x'.repeat(9_000)}`, 'never', ''],
    ['will not come after lines that never end', 'xxxxxxx\n'.repeat(9_000), 'never', ''],
  ])('%s', (_, text, ident, after) => {
    expect(read(text, [])).toMatchObject({ ident, after });
  });

  test('is the same, however the bytes are cut', () => {
    const lines = fc.array(
      fc.string({ maxLength: 20 }).map((it) => `${it.replace(/\n|SSH-|HTTP/g, '')}\r\n`),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(lines, fc.uint8Array(), sizes, (before, after, cuts) => {
        const end = `SSH-2.0-OpenSSH_9\r\n${Buffer.from(after).toString('latin1')}`;
        const it = read(Buffer.from(before.join('') + end, 'latin1').toString('latin1'), cuts);
        expect([it.ident, it.after]).toEqual(['SSH-2.0-OpenSSH_9', end]);
        expect(it.reader.greeting).toBe('ssh');
        expect(it.reader.first.length).toBeLessThanOrEqual(1_024);
      }),
    );
  });
});
