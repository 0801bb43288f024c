import { writeFile } from 'node:fs/promises';
import type { AuthContext } from 'ssh2';
import { describe, expect, test } from 'vitest';
import type { Hop, SshSpec, Target } from '../../src/domain/target.ts';
import type { Session, Transport } from '../../src/transports/transport.ts';
import { type Forwarding, forwarding } from '../support/bastion.ts';
import { socketOf } from '../support/server-insides.ts';
import {
  afterThisTest,
  at,
  closedPort,
  HOST_KEY,
  OTHER_HOST_KEY,
  PASSWORD,
  refusal,
  ssh,
  tcp,
  transport,
  useSshFixture,
} from '../support/ssh-fixture.ts';
import type { LoopbackServer, SshBehaviour } from '../support/ssh-server.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { connected, transcript } from '../support/transcript.ts';

useSshFixture();

type Place = Pick<LoopbackServer, 'host' | 'port'>;

/** A jump host. */
async function bastion(
  behaviour: Partial<SshBehaviour> = {},
): Promise<LoopbackServer & { jump: Forwarding }> {
  const jump = forwarding();
  const server = await ssh({ ...jump.behaviour, ...behaviour });
  return Object.assign(server, { jump });
}
/** Makes these hosts known. */
async function know(...places: readonly Place[]): Promise<void> {
  const lines = places.map(({ host, port }) => `[${host}]:${port} ${HOST_KEY.publicText}\n`);
  await writeFile(at('known_hosts'), lines.join(''));
}
const spec = (more: Partial<SshSpec> = {}): Partial<SshSpec> => ({
  identityFiles: [at('key')],
  knownHosts: [at('known_hosts')],
  ...more,
});
const hop = ({ host, port }: Place, more: Partial<SshSpec> = {}): Hop => makeTarget(host, port, spec(more));
const behind = (jumps: readonly Hop[], { host, port }: Place, more: Partial<SshSpec> = {}): Target =>
  makeTarget(host, port, spec({ jumps, ...more }));
async function open(it: Transport, target: Target): Promise<Session> {
  const session = await connected(it, target);
  afterThisTest(() => session.close());
  return session;
}
const echo: SshBehaviour['run'] = (channel, command) => {
  channel.write(command);
  channel.exit(0);
  channel.end();
};

describe('behind a jump host', () => {
  test('an agent is reached, with all its bytes', async () => {
    const flood = Buffer.alloc(3_000_000, 'x');
    const agent = await ssh({
      run(channel) {
        channel.on('data', (bytes: Buffer) => channel.write(bytes));
        channel.on('end', () => {
          channel.write(flood);
          channel.exit(3);
          channel.end();
        });
      },
    });
    const front = await bastion();
    await know(front, agent);
    const said = await transcript(await open(transport(), behind([hop(front)], agent)), 'x', (command) => {
      command.write(flood);
      command.end();
    });
    expect(said.completed).toEqual({ kind: 'exited', code: 3 });
    expect(said.stdout.length).toBe(2 * flood.length);
  }, 60_000);

  test('many agents share one connection to it, made once though all ask at once', async () => {
    const agents = await Promise.all([0, 1, 2, 3].map(() => ssh({ run: echo })));
    const front = await bastion();
    await know(front, ...agents);
    const it = transport();
    const says = async (agent: Place) =>
      (await transcript(await open(it, behind([hop(front)], agent)), 'hello')).stdout;
    expect(await Promise.all(agents.map(says))).toEqual(agents.map(() => 'hello'));
    expect(await says(agents[0] as Place)).toBe('hello');
    expect(front.connections).toBe(1);
    expect(front.jump.asked.length).toBe(5);
  });

  test('and others with another user or key there do not', async () => {
    const agent = await ssh();
    const front = await bastion();
    await know(front, agent);
    const it = transport();
    for (const more of [{}, { user: 'other' }, { identityFiles: [at('key'), at('key')] }]) {
      await open(it, behind([hop(front, more)], agent));
    }
    expect(front.connections).toBe(3);
  });

  test('behind another one an agent is reached, and the first carries the second', async () => {
    const agent = await ssh({ run: echo });
    const [first, second] = [await bastion(), await bastion()];
    await know(first, second, agent);
    const it = transport();
    const jumps = [hop(first), hop(second)];
    expect((await transcript(await open(it, behind(jumps, agent)), 'deep')).stdout).toBe('deep');
    await open(it, behind([hop(first)], agent));
    expect([first.connections, second.connections]).toEqual([1, 1]);
    expect(first.jump.asked).toEqual([`127.0.0.1:${second.port}`, `127.0.0.1:${agent.port}`]);
  });

  test('an agent is reached by its address of ssh_config, as the jump host resolves it', async () => {
    const agent = await ssh();
    const front = await bastion();
    await writeFile(at('known_hosts'), `* ${HOST_KEY.publicText}\n`);
    await open(transport(), behind([hop(front)], agent, { address: 'inside.example' }));
    expect(front.jump.asked).toEqual([`inside.example:${agent.port}`]);
  });
});

describe('the trouble of a jump host names it', () => {
  /** The failure of an agent behind it. */
  async function fails(jump: Hop, more: Partial<SshSpec> = {}) {
    const agent = await ssh();
    const { failure, passwordRefused } = await refusal(transport(), behind([jump], agent, more), PASSWORD);
    expect(passwordRefused).toBe(false);
    expect(agent.connections).toBe(0);
    return failure;
  }
  const shown = ({ host, port }: Place) => `The jump host root@${host}:${port} failed.`;

  test('where nothing listens', async () => {
    const place = await closedPort();
    expect(await fails(hop(place))).toMatchObject({
      code: 'JUMP_FAILED',
      message: shown(place),
      retryable: true,
      detail: expect.stringContaining('Nothing accepts connections on 127.0.0.1'),
      hint: `Try: ssh -p ${place.port} root@${place.host}`,
    });
  });

  test('where it says nothing within its own connectTimeout', async () => {
    const silent = await tcp(() => undefined);
    const failure = await fails(hop(silent, { connectTimeoutMs: 300 }));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', retryable: true });
    expect(failure.detail).toContain('the server says nothing');
  });

  test('where its host key is unknown', async () => {
    const front = await bastion();
    await writeFile(at('known_hosts'), '');
    const failure = await fails(hop(front));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', message: shown(front), retryable: false });
    expect(failure.detail).toContain('presents a host key that known_hosts does not have');
    expect(failure.hint).toContain('ssh-keyscan');
  });

  test('where it does not let in; the password is for agents alone, and the key is not tried twice', async () => {
    const tried: string[] = [];
    const front = await bastion({
      login(context: AuthContext) {
        tried.push(context.method);
        context.reject(['publickey', 'password']);
      },
    });
    const agent = await ssh();
    await know(front, agent);
    const it = transport();
    for (let i = 0; i < 2; i += 1) {
      const { failure } = await refusal(it, behind([hop(front)], agent), PASSWORD);
      expect(failure).toMatchObject({ code: 'JUMP_FAILED', retryable: false });
      expect(failure.detail).toContain('refused the login of root');
    }
    expect(tried).toEqual(['publickey']);
    expect(front.connections).toBe(1);
  });

  test('where it has no key to log in with', async () => {
    const place = await closedPort();
    const failure = await fails(hop(place, { identityFiles: [at('gone')] }));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', retryable: false });
    expect(failure.detail).toContain('there is no such file');
  });

  test('where it does not connect on for anybody', async () => {
    const front = await ssh();
    await know(front);
    const failure = await fails(hop(front));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', message: shown(front), retryable: false });
    expect(failure.detail).toContain('does not connect on to');
  });

  test('and of one behind another, that one', async () => {
    const [first, place] = [await bastion(), await closedPort()];
    await know(first);
    const agent = await ssh();
    const { failure } = await refusal(transport(), behind([hop(first), hop(place)], agent));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', message: shown(place), retryable: true });
    expect(failure.detail).toContain(`through the jump host root@127.0.0.1:${first.port}`);
  });

  test('who comes later tries again, where that may help', async () => {
    const agent = await ssh();
    let healthy = false;
    const jump = forwarding();
    const front = await ssh({
      onConnection(connection) {
        if (healthy) jump.behaviour.onConnection?.(connection);
        else socketOf(connection).destroy();
      },
    });
    await know(front, agent);
    const it = transport();
    const target = behind([hop(front)], agent);
    const failed = await Promise.all([refusal(it, target), refusal(it, target)]);
    expect(failed.map(({ failure }) => failure.code)).toEqual(['JUMP_FAILED', 'JUMP_FAILED']);
    expect(front.connections).toBe(1);
    healthy = true;
    await open(it, target);
    expect(front.connections).toBe(2);
  });
});

describe("an agent's own trouble behind a jump host is its own", () => {
  test.each<[string, () => Promise<Place>, string, Partial<SshSpec>]>([
    ['nothing listens there', closedPort, 'CONNECTION_REFUSED', {}],
    ['it says nothing', () => tcp(() => undefined), 'CONNECTION_TIMED_OUT', { connectTimeoutMs: 500 }],
    ['it is no SSH server', () => tcp((it) => it.write('HTTP/1.1 400 No\r\n\r\n')), 'NOT_SSH', {}],
    ['it is busy', () => tcp((it) => it.end('Exceeded MaxStartups\r\n')), 'SERVER_BUSY', {}],
    ['it hangs up', () => tcp((it) => it.end()), 'CONNECTION_LOST', {}],
    ['its host key has changed', () => ssh({ hostKeys: [OTHER_HOST_KEY] }), 'HOST_KEY_CHANGED', {}],
    [
      'it does not let in',
      () => ssh({ login: (context) => context.reject(['publickey']) }),
      'AUTH_REJECTED',
      {},
    ],
  ])('%s', async (_, place, code, more) => {
    const front = await bastion();
    const agent = await place();
    await know(front, agent);
    const it = transport();
    expect((await refusal(it, behind([hop(front)], agent, more))).failure.code).toBe(code);
    // It has done no harm to the way there.
    const good = await ssh();
    await know(front, good);
    expect(front.connections).toBe(1);
  });

  test('the wait for the jump host is not on its clock', async () => {
    const agent = await ssh();
    const front = await bastion({ login: (context) => void setTimeout(() => context.accept(), 1_500) });
    await know(front, agent);
    await open(transport(), behind([hop(front)], agent, { connectTimeoutMs: 1_000 }));
  }, 30_000);
});

describe('when a jump host dies', () => {
  test('its agents are lost, and no others; the next agent has it connected anew', async () => {
    const agent = await ssh({ run: (channel) => void channel.resume() });
    const [front, other] = [await bastion(), await bastion()];
    await know(front, other, agent);
    const it = transport();
    const [lost, fine] = [
      await open(it, behind([hop(front)], agent)),
      await open(it, behind([hop(other)], agent)),
    ];
    const listener = { stdout: () => undefined, stderr: () => undefined };
    const commands = await Promise.all([lost.exec('x', listener), fine.exec('x', listener)]);
    socketOf(front.jump.connections[0]).destroy();
    const [command, untouched] = commands.map((it) => (it.ok ? it.value : null));
    const message = `The jump host root@127.0.0.1:${front.port} failed.`;
    expect(await command?.completed).toMatchObject({ kind: 'lost', why: { code: 'JUMP_FAILED', message } });
    expect(await lost.exec('x', listener)).toMatchObject({
      ok: false,
      error: { code: 'JUMP_FAILED', message },
    });
    expect(await Promise.race([untouched?.completed, 'still running'])).toBe('still running');
    await open(it, behind([hop(front)], agent));
    expect(front.connections).toBe(2);
  });

  test('an agent that is still connecting has failed by it', async () => {
    const front = await bastion();
    const silent = await tcp(() => socketOf(front.jump.connections[0]).destroy());
    await know(front);
    const { failure } = await refusal(transport(), behind([hop(front)], silent));
    expect(failure).toMatchObject({ code: 'JUMP_FAILED', retryable: true });
    expect(failure.message).toContain(`root@127.0.0.1:${front.port}`);
  });
});

describe('an agent that is given up', () => {
  test('leaves the jump host to the others who wait for it', async () => {
    const agent = await ssh();
    const asked = Promise.withResolvers<AuthContext>();
    const front = await bastion({ login: asked.resolve });
    await know(front, agent);
    const it = transport();
    const target = behind([hop(front)], agent);
    const abort = new AbortController();
    const given = it.connect(target, { password: null, ahead: null, signal: abort.signal });
    const other = open(it, target);
    const context = await asked.promise;
    abort.abort('interrupt');
    expect(await given).toMatchObject({ ok: false, error: { failure: { code: 'INTERRUPTED' } } });
    context.accept();
    await other;
    expect(front.connections).toBe(1);
  });

  test('ends at once, though the jump host never answers', async () => {
    const silent = await tcp(() => undefined);
    const abort = new AbortController();
    const target = behind([hop(silent)], silent);
    const given = transport().connect(target, { password: null, ahead: null, signal: abort.signal });
    setTimeout(() => abort.abort('timeout'), 100);
    expect(await given).toMatchObject({ ok: false, error: { failure: { code: 'TIMED_OUT' } } });
  });
});

test('closing the transport ends what there is of jump hosts, open or not', async () => {
  const gone = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const agent = await ssh();
  const jump = forwarding();
  const front = await ssh({
    onConnection(connection) {
      jump.behaviour.onConnection?.(connection);
      connection.on('close', () => gone[0]?.resolve());
    },
  });
  const silent = await tcp((socket) => socket.resume().on('close', () => gone[1]?.resolve()));
  await know(front, agent);
  const it = transport();
  await open(it, behind([hop(front)], agent));
  const stuck = refusal(it, behind([hop(silent)], agent));
  await new Promise((wake) => setTimeout(wake, 200));
  await it.close();
  await Promise.all(gone.map(({ promise }) => promise));
  expect((await stuck).failure.code).toBe('JUMP_FAILED');
});
