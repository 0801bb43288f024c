import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recognise } from '../../../src/transports/ssh2/first-bytes.ts';

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
