import type { FailureCode } from '../../../src/errors/catalogue.ts';
import type { AgentOptions } from './agent-files.ts';
import { script } from './base.ts';
import { ODD } from './odd-places.ts';

/** One way for SSH to be odd or in trouble. */
export interface Hostility {
  /** What is odd, as a sentence that ends the test's name. */
  readonly with: string;
  /** Where it must end; `ok`: it must come out well all the same. */
  readonly code: FailureCode | 'ok';
  /** How the agent is made; a name: it is the agent of that name, too; null: there is none. */
  readonly agent: AgentOptions | string | null;
  /** Where it is reached, if that is not the agent's own address. */
  readonly host?: string;
  /** What its entry in the inventory says besides name and host. */
  readonly entry?: object;
  /** What the failure's message or detail must say. */
  readonly says?: RegExp;
}

const user = (name: string) => ({ ssh: { user: name } });
const patience = (connectTimeout: string) => ({ ssh: { connectTimeout } });
const rc = (text: string) => `cat >/root/.bashrc <<'END'\n${text}\nEND`;
const FLOOD = `head -c 10485760 /dev/zero | tr '\\0' e >&2`;

// Only sshd's own processes above this one: the listener, and the two that serve the connection.
const STOP_SSHD = `stopped= pid=$$
while [ "$pid" -gt 1 ]; do
	[ "$(cat "/proc/$pid/comm")" != sshd ] || stopped="$stopped $pid"
	pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
done
kill -STOP $stopped`;

// One sshd that takes one login at a time, under five names.
const NARROW = [1, 2, 3, 4, 5].map((index) => ({
  name: `narrow-${index}`,
  host: `127.78.1.${index}`,
  index,
}));

// What OpenSSH 6.6 of 2014 had and OpenSSH 9.2 can still be told to have.
const RSA = `ssh-keygen -q -t rsa -b 2048 -N '' -f /etc/ssh/rsa_hostkey`;
const RSA_SHA1 = ['HostKey /etc/ssh/rsa_hostkey', 'HostKeyAlgorithms ssh-rsa'];
const OLD_CIPHERS = ['Ciphers aes128-ctr,aes192-ctr,aes256-ctr', 'MACs hmac-sha2-256,hmac-sha1'];
const kex = (...names: string[]) => `KexAlgorithms ${names.join(',')}`;
const GEX = 'diffie-hellman-group-exchange-sha256';
const GROUP14 = 'diffie-hellman-group14-sha1';

/** What a hostile fleet is made of, by the agent's name. */
export const HOSTILITIES: Readonly<Record<string, Hostility>> = {
  ...Object.fromEntries(
    NARROW.map(({ name, host, index }) => [
      name,
      {
        with: 'an sshd that takes one login at a time, and four others at its door',
        code: 'ok',
        agent:
          index > 1
            ? 'narrow-1'
            : { sshd: ['MaxStartups 1:100:1', ...NARROW.map((it) => `ListenAddress ${it.host}`)] },
        host,
        entry: { archive: { path: `/etc/${name}.tar.gz` } },
      } satisfies Hostility,
    ]),
  ),
  crowded: {
    with: 'an sshd whose one place is taken for good',
    code: 'SERVER_BUSY',
    agent: { sshd: ['MaxStartups 1'] },
    says: /Exceeded MaxStartups/,
  },
  punished: {
    with: 'a server that punishes this address',
    code: 'SERVER_BUSY',
    agent: null,
    host: ODD.punishes,
    says: /Not allowed at this time/,
  },
  pardoned: {
    with: 'a server that punishes this address twice',
    code: 'ok',
    agent: {},
    host: ODD.pardons,
  },
  'one-session': { with: 'MaxSessions 1', code: 'ok', agent: { sshd: ['MaxSessions 1'] } },
  'no-session': { with: 'MaxSessions 0', code: 'SHELL_UNUSABLE', agent: { sshd: ['MaxSessions 0'] } },

  'frozen-at-once': {
    with: 'an sshd that is stopped when it is connected to',
    code: 'CONNECTION_TIMED_OUT',
    agent: {},
    entry: patience('4s'),
    says: /the server says nothing/,
  },
  'frozen-early': {
    with: 'an sshd that is stopped after its version',
    code: 'CONNECTION_TIMED_OUT',
    agent: {},
    host: ODD.freezesEarly,
    entry: patience('4s'),
    says: /key exchange/,
  },
  'frozen-agreed': {
    with: 'an sshd that is stopped after the key exchange',
    code: 'CONNECTION_TIMED_OUT',
    agent: {},
    host: ODD.freezesAgreed,
    entry: patience('4s'),
    says: /login/,
  },
  'frozen-at-work': {
    with: 'an sshd that is stopped in the midst of the work',
    code: 'TIMED_OUT',
    agent: { files: { '/usr/local/bin/docker': script(`${STOP_SSHD}\nexec /usr/bin/docker "$@"`) } },
  },

  'cut-always': {
    with: 'a network that resets each connection in the midst of the script',
    code: 'CONNECTION_LOST',
    agent: {},
    host: ODD.cutsAlways,
  },
  'cut-once': {
    with: 'a network that breaks the first connection',
    code: 'ok',
    agent: {},
    host: ODD.cutsOnce,
  },
  garbled: {
    with: 'a network that changes bytes',
    code: 'CONNECTION_LOST',
    agent: {},
    host: ODD.garbles,
    says: /key exchange/,
  },
  windowless: {
    with: 'a server that takes no byte of input',
    code: 'TIMED_OUT',
    agent: null,
    host: ODD.windowless,
  },

  'floods-stderr': {
    with: 'ten megabytes on standard error at each login',
    code: 'ok',
    agent: { setup: rc(FLOOD) },
  },
  'floods-and-ends': {
    with: 'ten megabytes on standard error, and then no shell',
    code: 'SHELL_UNUSABLE',
    agent: { setup: rc(`${FLOOD}; echo the last word >&2; exit 9`) },
    says: /the last word/,
  },

  'forced-echo': {
    with: 'a ForceCommand',
    code: 'SHELL_UNUSABLE',
    agent: { sshd: ['ForceCommand echo go away'] },
    says: /go away/,
  },
  'forced-sftp': {
    with: 'a ForceCommand that is internal-sftp',
    code: 'SHELL_UNUSABLE',
    agent: { sshd: ['ForceCommand internal-sftp'] },
  },
  'shell-nologin': {
    with: 'a login shell that is nologin',
    code: 'SHELL_UNUSABLE',
    agent: {},
    entry: user('nologin'),
    says: /not available/,
  },
  'nologin-for-all': {
    with: 'an /etc/nologin',
    code: 'SHELL_UNUSABLE',
    agent: { files: { '/etc/nologin': 'in maintenance until noon\n' } },
    entry: user('ops'),
    says: /maintenance until noon/,
  },
  'nologin-but-root': {
    with: 'an /etc/nologin, for root, whom it does not mean',
    code: 'ok',
    agent: { files: { '/etc/nologin': 'in maintenance until noon\n' } },
  },

  'of-2014': {
    with: "an sshd with the algorithms of 2014, its RSA key's signatures by SHA-1",
    code: 'ok',
    agent: {
      setup: RSA,
      sshd: [
        ...RSA_SHA1,
        ...OLD_CIPHERS,
        kex('curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', GEX, GROUP14),
      ],
    },
  },
  'of-2014-group-exchange': {
    with: 'an sshd that agrees on keys by group exchange only, whose primes take too long to test',
    code: 'CONNECTION_LOST',
    agent: { sshd: [...OLD_CIPHERS, kex(GEX)] },
    says: /no matching|No matching/,
  },
  'of-2006': {
    with: 'an sshd that knows nothing but SHA-1',
    code: 'CONNECTION_LOST',
    agent: { setup: RSA, sshd: [...RSA_SHA1, kex(GROUP14), 'MACs hmac-sha1', 'Ciphers aes128-ctr'] },
    says: /no matching|No matching/,
  },
  dropbear: { with: 'Dropbear', code: 'ok', agent: { dropbear: [] } },
  'dropbear-narrow': {
    with: 'a Dropbear whose windows are tiny',
    code: 'ok',
    agent: { dropbear: ['-W', '2000'] },
  },

  'ipv6-loopback': {
    with: 'an IPv6 address',
    code: 'ok',
    agent: { sshd: ['ListenAddress [::1]:22'] },
    host: '::1',
  },
  'ipv6-port': {
    with: 'an IPv6 address and another port, as its key is known',
    code: 'ok',
    agent: {
      setup: 'ip -6 address add fd77::1/128 dev lo',
      sshd: ['ListenAddress [fd77::1]:2222'],
    },
    host: 'fd77::1',
    entry: { ssh: { port: 2222 } },
  },
  'dead-first': {
    with: 'a name whose first address is dead',
    code: 'ok',
    agent: { sshd: ['ListenAddress 10.9.0.130'] },
    host: 'dead-first.example',
    entry: patience('8s'),
  },
  'dead-last': {
    with: 'a name whose last address is dead',
    code: 'ok',
    agent: { sshd: ['ListenAddress 10.9.0.3'] },
    host: 'dead-last.example',
  },
};
