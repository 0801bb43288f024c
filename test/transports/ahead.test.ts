import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthContext, Connection } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { SshSpec } from '../../src/domain/target.ts';
import type { Session } from '../../src/transports/transport.ts';
import { protocolOf, socketOf } from '../support/server-insides.ts';
import {
  afterThisTest,
  at,
  NEVER,
  PASSWORD,
  ssh,
  targetFor,
  transport,
  useSshFixture,
} from '../support/ssh-fixture.ts';
import type { SshBehaviour } from '../support/ssh-server.ts';
import { transcript } from '../support/transcript.ts';

useSshFixture();

const COMMAND = 'first command';

const MESSAGES = ['SERVICE_REQUEST', 'USERAUTH_REQUEST', 'CHANNEL_OPEN', 'CHANNEL_REQUEST'];

/** Notes the messages that reach a connection, each segment in brackets of its own. */
function listen(connection: Connection, heard: string[]): void {
  const { _handlers: handlers } = protocolOf(connection);
  for (const name of MESSAGES) {
    const handler = handlers[name];
    handlers[name] = (...rest) => {
      heard.push(name);
      handler?.(...rest);
    };
  }
  socketOf(connection).prependListener('data', () => heard.push('|'));
}
/** Messages by segment, without those that say nothing. */
const flights = (heard: readonly string[]) =>
  heard
    .join(' ')
    .split('|')
    .map((it) => it.trim())
    .filter((it) => it !== '');

interface Course {
  readonly session: Session;
  readonly flights: () => string[];
  readonly ran: readonly string[];
}

/** Connects with a command ahead. */
async function connectAhead(
  behaviour: Partial<SshBehaviour> = {},
  spec: Partial<SshSpec> = {},
  ahead: string | null = COMMAND,
): Promise<Course> {
  const heard: string[] = [];
  const ran: string[] = [];
  const server = await ssh({
    run(channel, command) {
      ran.push(command);
      channel.write(`you said ${command}`);
      channel.on('end', () => {
        channel.exit(0);
        channel.end();
      });
      channel.resume();
    },
    ...behaviour,
    onConnection(connection) {
      listen(connection, heard);
      behaviour.onConnection?.(connection);
    },
  });
  const session = await transport().connect(await targetFor(server, spec), {
    password: async () => PASSWORD,
    ahead,
    signal: NEVER,
  });
  if (!session.ok) throw new Error(JSON.stringify(session.error));
  afterThisTest(() => session.value.close());
  return { session: session.value, flights: () => flights(heard), ran };
}
const says = async ({ session }: Course, command = COMMAND) => (await transcript(session, command)).stdout;

describe('a command that is known before the login', () => {
  test('leaves with it, in one segment, and runs once', async () => {
    const it = await connectAhead();
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND]);
    expect(it.flights()).toEqual(['SERVICE_REQUEST USERAUTH_REQUEST CHANNEL_OPEN CHANNEL_REQUEST']);
  });

  test('leaves alone where there is none', async () => {
    const it = await connectAhead({}, {}, null);
    expect(it.flights()).toEqual(['SERVICE_REQUEST USERAUTH_REQUEST']);
    expect(await says(it)).toBe(`you said ${COMMAND}`);
  });

  test('answers once: the same command again is another one, and so is any other', async () => {
    const it = await connectAhead();
    expect(await says(it, 'another')).toBe('you said another');
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND, 'another', COMMAND]);
  });

  test('keeps its first output until somebody listens, up to 1 MiB', async () => {
    const flood = Buffer.alloc(5_000_000, 'x');
    const it = await connectAhead({
      run(channel) {
        channel.stderr.write('early ');
        channel.write(flood);
        channel.on('end', () => {
          channel.exit(0);
          channel.end();
        });
        channel.resume();
      },
    });
    await sleep(500);
    const { stdout, stderr } = await transcript(it.session, COMMAND);
    expect([stdout.length, stderr]).toEqual([flood.length, 'early ']);
  });

  test('follows each key, and the password, where the server bears it', async () => {
    const it = await connectAhead(
      {
        login: (context) =>
          context.method === 'password' ? context.accept() : context.reject(['publickey', 'password']),
      },
      {},
    );
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND]);
    const flight = 'USERAUTH_REQUEST CHANNEL_OPEN CHANNEL_REQUEST';
    expect(it.flights()).toEqual([`SERVICE_REQUEST ${flight}`, flight]);
  });

  test('is asked for again where the server judges the login later', async () => {
    const it = await connectAhead({ login: (context) => void setTimeout(() => context.accept(), 100) });
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND]);
  });
});

describe('a server whose channels are numbered oddly', () => {
  /** Tells the client another number than its own; what comes for that number reaches the channel. */
  function renumbered(connection: Connection, number: number, bears: boolean): void {
    const protocol = protocolOf(connection);
    const confirm = protocol.channelOpenConfirm.bind(protocol);
    protocol.channelOpenConfirm = (remote, local, window, packet) =>
      confirm(remote, local + number, window, packet);
    for (const [name, handler] of Object.entries(protocol._handlers)) {
      if (!name.startsWith('CHANNEL_') || name.startsWith('CHANNEL_OPEN')) continue;
      protocol._handlers[name] = (it, remote, ...rest) => {
        const known = (remote as number) >= number;
        if (known || bears) handler(it, known ? (remote as number) - number : remote, ...rest);
      };
    }
  }
  test('is asked anew, in a new channel', async () => {
    const it = await connectAhead({ onConnection: (connection) => renumbered(connection, 7, false) });
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND]);
  });

  test('and takes the wrong number all the same: the first command gets no input, and nobody hears it', async () => {
    const inputs: string[] = [];
    const it = await connectAhead({
      onConnection: (connection) => renumbered(connection, 7, true),
      run(channel) {
        const index = inputs.push('') - 1;
        channel.write(`command ${index}`);
        channel.on('data', (bytes: Buffer) => {
          inputs[index] += bytes.toString();
        });
        channel.on('end', () => {
          channel.exit(0);
          channel.end();
        });
      },
    });
    const said = await transcript(it.session, COMMAND, (command) => {
      command.write(Buffer.from('do it'));
      command.end();
    });
    expect(said.stdout).toBe('command 1');
    expect(inputs).toEqual(['', 'do it']);
  });
});

describe('a command that was sent ahead and is refused', () => {
  test.each<[string, Partial<SshBehaviour>]>([
    ['by the server', { session: (asked) => void asked.on('exec', (_accept, reject) => reject()) }],
    [
      'as there are no channels',
      { onConnection: (it) => void it.on('ready', () => it.removeAllListeners('session')) },
    ],
  ])('%s is said by exec, not by connect', async (_, behaviour) => {
    const it = await connectAhead(behaviour);
    await sleep(100);
    const answer = await it.session.exec(COMMAND, { stdout: () => undefined, stderr: () => undefined });
    expect(answer).toMatchObject({ ok: false, error: { code: 'SHELL_UNUSABLE' } });
  });
});

describe('a login that fails', () => {
  test('runs nothing of what was sent along', async () => {
    const ran: string[] = [];
    const tried: string[] = [];
    const server = await ssh({
      run: (_channel, command) => void ran.push(command),
      login(context: AuthContext) {
        tried.push(context.method);
        context.reject(['publickey']);
      },
    });
    const target = await targetFor(server, { identityFiles: [at('key')] });
    const refused = await transport().connect(target, { password: null, ahead: COMMAND, signal: NEVER });
    expect(refused).toMatchObject({ ok: false, error: { failure: { code: 'AUTH_REJECTED' } } });
    expect([tried, ran]).toEqual([['publickey'], []]);
  });

  test('of which the server wants more goes on, and then runs the command once', async () => {
    const it = await connectAhead({
      login(context: AuthContext) {
        if (context.method === 'password') context.accept();
        else context.reject(['password'], true);
      },
    });
    expect(await says(it)).toBe(`you said ${COMMAND}`);
    expect(it.ran).toEqual([COMMAND]);
  });
});
