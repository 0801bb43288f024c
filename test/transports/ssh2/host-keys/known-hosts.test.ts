import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexKnownHosts, keyTypeOf } from '../../../../src/transports/ssh2/host-keys/known-hosts.ts';

/** A key blob of a type, made of one repeated letter. */
function blob(type: string, letter: string): string {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, bytes.length), bytes]);
  return Buffer.concat([part(Buffer.from(type)), part(Buffer.from(letter.repeat(32)))]).toString('base64');
}
const A = blob('ssh-ed25519', 'a');
const B = blob('ssh-ed25519', 'b');
const R = blob('ssh-rsa', 'r');

function hashed(name: string, salt = 'twenty bytes of salt'): string {
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${Buffer.from(salt).toString('base64')}|${hash}`;
}

/** The letters of the keys that a known_hosts has for a name, with their markers and lines. */
function found(text: string, name: string): string[] {
  const keys = indexKnownHosts([{ file: 'kh', text }]).lookup(name);
  return keys.map(
    ({ marker, base64, line }) => `${marker} ${{ [A]: 'A', [B]: 'B', [R]: 'R' }[base64]} ${line}`,
  );
}

describe('known_hosts knows a host', () => {
  test.each([
    ['by its plain name', `host ssh-ed25519 ${A}`, 'host', ['key A 1']],
    ['with a comment behind the key', `host ssh-ed25519 ${A} root@host it is`, 'host', ['key A 1']],
    ['in whatever case', `HOST.Example ssh-ed25519 ${A}`, 'host.eXample', ['key A 1']],
    ['between tabs, spaces and a carriage return', `\t host\t \tssh-ed25519\t${A} \r`, 'host', ['key A 1']],
    ['by one of several names', `a,host,10.0.0.1 ssh-ed25519 ${A}`, '10.0.0.1', ['key A 1']],
    ['once, though the line names it twice', `host,host ssh-ed25519 ${A}`, 'host', ['key A 1']],
    ['on another port', `[host]:2222 ssh-ed25519 ${A}`, '[host]:2222', ['key A 1']],
    ['by an IPv6 address', `2001:db8::1 ssh-ed25519 ${A}`, '2001:db8::1', ['key A 1']],
    [
      'by an IPv6 address on another port',
      `[2001:db8::1]:2222 ssh-ed25519 ${A}`,
      '[2001:db8::1]:2222',
      ['key A 1'],
    ],
    ['with all its keys', `host ssh-ed25519 ${A}\nhost ssh-rsa ${R}`, 'host', ['key A 1', 'key R 2']],
    ['by a pattern', `*.example.com ssh-ed25519 ${A}`, 'a.example.com', ['key A 1']],
    ['by a pattern with a port', `[10.0.0.?]:2222 ssh-ed25519 ${A}`, '[10.0.0.7]:2222', ['key A 1']],
    ['by a pattern for everything, on any port', `* ssh-ed25519 ${A}`, '[host]:2222', ['key A 1']],
    ['by a hashed name', `${hashed('host')} ssh-ed25519 ${A}`, 'Host', ['key A 1']],
    ['by a hashed name with a port', `${hashed('[host]:2222')} ssh-ed25519 ${A}`, '[host]:2222', ['key A 1']],
    ['as revoked', `@revoked host ssh-ed25519 ${A}`, 'host', ['revoked A 1']],
    [
      'by an authority',
      `@cert-authority *.example.com ssh-ed25519 ${A}`,
      'a.example.com',
      ['cert-authority A 1'],
    ],
    [
      'behind comments, empty lines and rubbish',
      `# c\n\nrubbish\n|\n@ x\nhost ssh-ed25519 ${A}`,
      'host',
      ['key A 6'],
    ],
  ])('%s', (_, text, name, keys) => {
    expect(found(text, name)).toEqual(keys);
  });
});

describe('known_hosts does not know a host', () => {
  test.each([
    ['of another name', `host ssh-ed25519 ${A}`, 'other'],
    ['whose name only begins like it', `host ssh-ed25519 ${A}`, 'hostess'],
    ['on another port than the line', `[host]:2222 ssh-ed25519 ${A}`, '[host]:2223'],
    ['on another port where the line has none', `host ssh-ed25519 ${A}`, '[host]:2222'],
    ['without a port where the line has one', `[host]:2222 ssh-ed25519 ${A}`, 'host'],
    ['that a pattern excludes', `*.example.com,!bad.example.com ssh-ed25519 ${A}`, 'bad.example.com'],
    ['behind another hashed name', `${hashed('other')} ssh-ed25519 ${A}`, 'host'],
    ['in a comment', `#host ssh-ed25519 ${A}`, 'host'],
    ['with an unknown marker', `@later host ssh-ed25519 ${A}`, 'host'],
    ['whose key is of another type than the line says', `host ssh-rsa ${A}`, 'host'],
    ['whose key is no key', 'host ssh-ed25519 AAAA', 'host'],
    ['whose line ends before the key', 'host ssh-ed25519', 'host'],
    ['with a key of SSH 1', 'host 1024 35 1234567890', 'host'],
    ['behind a hash of the wrong length', `|1|c2FsdA==|c2hvcnQ= ssh-ed25519 ${A}`, 'host'],
    ['behind a hash of another kind', `${hashed('host').replace('|1|', '|2|')} ssh-ed25519 ${A}`, 'host'],
    ['that is called like a property of every object', `host ssh-ed25519 ${A}`, '__proto__'],
  ])('%s', (_, text, name) => {
    expect(found(text, name)).toEqual([]);
  });
});

test('a hashed name is still known the second time, and remembers its place', () => {
  const known = indexKnownHosts([{ file: 'kh', text: `x ssh-rsa ${R}\n${hashed('host')} ssh-ed25519 ${A}` }]);
  const first = known.lookup('host');
  expect(known.lookup('host')).toEqual(first);
  expect(first).toMatchObject([{ file: 'kh', line: 2, type: 'ssh-ed25519' }]);
});

test('keys of several files stand in the order of the files', () => {
  const known = indexKnownHosts([
    { file: 'own', text: `host ssh-ed25519 ${A}` },
    { file: 'global', text: `host ssh-ed25519 ${B}` },
  ]);
  expect(known.lookup('host').map(({ file }) => file)).toEqual(['own', 'global']);
});

test('a key that is added is known from then on', () => {
  const known = indexKnownHosts([]);
  known.add('Host', { marker: 'key', type: 'ssh-ed25519', base64: A, file: 'kh', line: 0 });
  expect(known.lookup('host')).toHaveLength(1);
});

test('no text makes the reader throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, name) => {
      const text = Buffer.from(bytes).toString('utf8');
      indexKnownHosts([{ file: 'kh', text: `${text}\n|1|${text}|${text} ssh-ed25519 ${A}` }]).lookup(name);
    }),
  );
});

test('every plain line of a fleet is found, by its own name and no other', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', '-'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 10 }), (names) => {
      const text = names.map((it) => `${it} ssh-ed25519 ${A}`).join('\n');
      const known = indexKnownHosts([{ file: 'kh', text }]);
      const lines = names.map((it) => known.lookup(it).map(({ line }) => line));
      expect(lines).toEqual(names.map((_, index) => [index + 1]));
    }),
  );
});

test('the type of a key is what its bytes say, or nothing', () => {
  expect(keyTypeOf(Buffer.from(R, 'base64'))).toBe('ssh-rsa');
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const type = keyTypeOf(bytes);
      expect(type === null || type.length > 0).toBe(true);
    }),
  );
});
