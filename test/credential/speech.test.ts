import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRedactor } from '../../src/credential/redact.ts';
import { createSpeech } from '../../src/credential/speech.ts';
import { Secret } from '../../src/domain/secret.ts';

const say = createSpeech(createRedactor([{ secret: new Secret('hünter2\n') }]));

test.each([
  ['nothing', undefined, ''],
  ['line breaks at the end', Buffer.from('no such host\n\n'), 'no such host'],
  ['several lines', Buffer.from('one\r\ntwo'), 'one\\r\\ntwo'],
  ['escape sequences', Buffer.from('\x1b[31mred\x07'), '\\x1b[31mred\\x07'],
  ['a secret, before its characters are escaped', Buffer.from('got hünter2\n!'), 'got [secret]!'],
  ['the end of a secret whose character was cut', Buffer.from('hünter2\n!').subarray(2), '[secret]!'],
  ['no UTF-8', Buffer.from([0x61, 0xff, 0xfe, 0x62]), 'a\ufffd\ufffdb'],
])('it quotes %s', (_, bytes, said) => expect(say(bytes)).toBe(said));

test('it keeps the end of a flood, where the reason is', () => {
  const said = say(Buffer.from(`${'x'.repeat(100_000)} the reason`));
  expect(said.length).toBeLessThanOrEqual(2_001);
  expect(said).toMatch(/^…x+ the reason$/);
});

test('any bytes give one printable line', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(say(bytes)).toMatch(/^[^\p{Cc}]*$/u);
    }),
  );
});
