import { writeFile } from 'node:fs/promises';
import type { Connection, ServerChannel } from 'ssh2';
import { describe, expect, test } from 'vitest';
import { phaseOf } from '../../src/errors/catalogue.ts';
import { message, text, u32 } from '../support/plain-text.ts';
import { probe, type Verdict } from '../support/probe.ts';
import { randomBytesOf } from '../support/random.ts';
import { sendRaw } from '../support/raw-message.ts';
import { afterThisTest, at, HOST_KEY, transport, useSshFixture } from '../support/ssh-fixture.ts';
import { type SshBehaviour, startSshServer } from '../support/ssh-server.ts';
import { makeTarget } from '../support/ssh-target.ts';

useSshFixture();

/** When the server says what it should not: the rest it does right, so that only the garbage can be at fault. */
const MOMENTS = {
  'before the answer to the login': (say) => ({
    login(context, connection) {
      say(connection);
      context.accept();
    },
  }),
  'after the answer to the login': (say) => ({
    login(context, connection) {
      context.accept();
      say(connection);
    },
  }),
  'before the first byte of a command': (say) => ({
    run(channel, _, connection) {
      say(connection);
      echo(channel);
    },
  }),
  'when a command has its input': (say) => ({
    run(channel, _, connection) {
      channel.once('data', () => say(connection));
      echo(channel);
    },
  }),
} as const satisfies Record<string, (say: (connection: Connection) => void) => Behaviour>;

type Behaviour = Pick<SshBehaviour, 'login' | 'run'>;

/** Does what the probe's command does. */
function echo(channel: ServerChannel): void {
  channel.once('data', (bytes: Buffer) => {
    channel.write(`heard ${bytes.toString().trim()}`);
    channel.stderr.write('a warning');
    channel.exit(7);
    channel.end();
  });
}

const list = (count: number, make: (index: number) => Buffer) =>
  Array.from({ length: count }, (_, i) => make(i));

// RFC 4250, 4.1.2: every number that means something to either side, and some that do not.
const NUMBERS = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 20, 21, 30, 31, 32, 33, 34, 50, 51, 52, 53, 60, 61, 63, 66],
  ...[80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 127, 128, 192, 255],
];
const random = randomBytesOf(1);
const RANDOM = NUMBERS.flatMap((number) => [
  message(number),
  message(number, random(1 + (number % 7))),
  // The end of a command's output (96) is the server's to tell: it is believed, and so left out here.
  ...(number === 96 ? [] : [message(number, u32(0), random(40))]),
]);

const ENDLESS = u32(0xffff_ffff);
const STRUCTURED = [
  // Strings that are longer than the message that holds them.
  ...[1, 4, 20, 51, 53, 60, 80, 90].map((number) => message(number, ENDLESS)),
  ...[91, 92, 94, 95, 98].map((number) => message(number, u32(0), ENDLESS, random(8))),
  // Channels that nobody has opened, and our own one opened twice.
  ...[91, 92, 93, 94, 95, 96, 97, 98, 99, 100].map((number) => message(number, u32(77), random(30))),
  message(91, u32(0), u32(5), ENDLESS, ENDLESS),
  // More room than a window can have; more data than we have room for.
  message(93, u32(0), ENDLESS),
  message(93, u32(0), ENDLESS),
  ...list(3, () => message(95, u32(0), u32(99), text('of a kind that does not exist'))),
  // Exit statuses that say nothing.
  message(98, u32(0), text('exit-status'), Buffer.from([0])),
  message(98, u32(0), text('exit-status'), Buffer.from([0]), u32(0).subarray(1)),
  message(98, u32(0), text('exit-signal'), Buffer.from([0]), ENDLESS),
  message(98, u32(0), text('no-such-request'), Buffer.from([1]), random(9)),
  // Channels towards us: X11, an agent, a forwarded port.
  ...['x11', 'auth-agent@openssh.com', 'forwarded-tcpip', 'session'].map((kind) =>
    message(90, text(kind), u32(3), u32(2 ** 21), u32(2 ** 15), random(20)),
  ),
  message(80, text('hostkeys-00@openssh.com'), Buffer.from([1]), random(60)),
  message(80, text('keepalive@openssh.com'), Buffer.from([1])),
  message(7, u32(2 ** 31), text('server-sig-algs'), text(',,,,')),
  message(53, text('\u001b[2J'.repeat(5_000)), text('')),
  message(60, text('Question'), text(''), text(''), u32(2 ** 30)),
  message(1, u32(11), text('\u001b]0;owned\u0007'.repeat(1_000)), text('')),
];

const WIDTH = 12;
const IMPATIENT = { connectTimeoutMs: 2_000, keepAliveMs: 300 };

// A server that lies about what a command said or how it ended is believed; all else is a failure, or without effect.
const isFair = (verdict: Verdict) =>
  verdict === 'lost' || verdict === 'whole' || ['reach', 'trust', 'shell'].includes(phaseOf(verdict));

describe.each(Object.entries(MOMENTS))('a server that speaks out of turn %s', (_, behave) => {
  test.each([
    ['messages of any number with any bytes', RANDOM],
    ['messages that are nearly right', STRUCTURED],
  ])('sends %s: nobody hangs, and nothing comes out that was not', async (_title, messages) => {
    const it = transport();
    const left = messages.values();
    async function startLiar() {
      let garbage: Buffer = Buffer.alloc(0);
      function lie(next: Buffer): void {
        garbage = next;
      }
      const server = await startSshServer({
        hostKeys: [HOST_KEY],
        run: echo,
        ...behave((connection) => sendRaw(connection, garbage)),
      });
      afterThisTest(() => server.stop());
      return { server, lie };
    }
    const liars = await Promise.all(Array.from({ length: WIDTH }, startLiar));
    const known = liars.map(({ server }) => `[${server.host}]:${server.port} ${HOST_KEY.publicText}\n`);
    await writeFile(at('known_hosts'), known.join(''));

    async function work({ server, lie }: (typeof liars)[number]): Promise<void> {
      const files = { identityFiles: [at('key')], knownHosts: [at('known_hosts')] };
      const target = makeTarget(server.host, server.port, { ...files, ...IMPATIENT });
      for (const garbage of left) {
        lie(garbage);
        const why = `message ${garbage[0]}, ${garbage.subarray(1, 60).toString('hex')}`;
        const verdict = await probe(it, target).catch((cause) => Promise.reject(new Error(why, { cause })));
        expect(isFair(verdict), `${verdict} after ${why}`).toBe(true);
      }
    }
    await Promise.all(liars.map(work));
  });
});
