/**
 * A program of its own, run inside the fleet's enclave: stand-ins for SSH servers that Debian has no package for, and
 * relays to agents that do something on the way. What they do is in odd-places.ts.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { createPlainReader, NEWKEYS, type Plain } from '../../support/plain-packets.ts';
import { after, type Passage, type Passages, relay, replaced } from '../../support/relay.ts';
import { startSshServer } from '../../support/ssh-server.ts';
import { ODD, type OddPlaces } from './odd-places.ts';

const { log, hostKey, agents }: OddPlaces = JSON.parse(process.argv[2] ?? '');
const say = (line: string) => appendFileSync(log, `${line}\n`);

function listen(host: string, onSocket: (socket: Socket, count: number) => void): Promise<void> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    say(`${host} ${count}`);
    onSocket(
      socket.on('error', () => undefined),
      count,
    );
  });
  return new Promise((resolve) => server.listen(22, host, resolve));
}

/** A relay to the agent of the same part; `passages` may differ from the first connection to the next. */
function listenFor(part: keyof OddPlaces['agents'], passages: (count: number) => Passages): Promise<void> {
  const to = { host: agents[part].address, port: 22 };
  return listen(ODD[part], (socket, count) => relay(socket, to, passages(count)));
}

// What sshd says from 9.8 on to an address that it punishes (sshd.c, should_drop_connection); Debian 12 has 9.2.
const punish = (socket: Socket) => socket.end('Not allowed at this time\r\n');

/** Stops the processes of an agent's sshd, its listener too, as soon as it has said this. */
function freezing(pidFile: string, said: Plain): Passage {
  const read = createPlainReader();
  return (bytes) => {
    if (read(bytes).includes(said)) freeze(Number(readFileSync(pidFile, 'utf8')));
    return bytes;
  };
}

function freeze(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter(Boolean)) freeze(Number(child));
}

/** An SSH server that lets everybody in and runs every command, but never has room for a byte of its input. */
async function startWindowless(): Promise<void> {
  const parsed = ssh2.utils.parseKey(readFileSync(hostKey));
  if (parsed instanceof Error) throw parsed;
  const key = { privateText: '', key: parsed, publicText: '' };
  const server = await startSshServer({
    hostKeys: [key],
    login(context, connection) {
      const protocol = (connection as unknown as { _protocol: Record<string, (...args: number[]) => void> })
        ._protocol;
      const confirm = protocol.channelOpenConfirm?.bind(protocol);
      protocol.channelOpenConfirm = (remote = 0, local = 0, _window = 0, packet = 0) =>
        confirm?.(remote, local, 0, packet);
      protocol.channelWindowAdjust = () => undefined;
      context.accept();
    },
    run: () => undefined,
  });
  await listen(ODD.windowless, (socket) => relay(socket, server, {}));
}

await Promise.all([
  listen(ODD.punishes, punish),
  listen(ODD.pardons, (socket, count) => {
    if (count < 3) punish(socket);
    else relay(socket, { host: agents.pardons.address, port: 22 }, {});
  }),
  listenFor('freezesEarly', () => ({ down: freezing(agents.freezesEarly.pidFile, 'version') })),
  listenFor('freezesAgreed', () => ({ down: freezing(agents.freezesAgreed.pidFile, NEWKEYS) })),
  // The sixth kilobyte on the way up is in the midst of the script.
  listenFor('cutsAlways', () => ({ up: after(6_000, 'reset') })),
  listenFor('cutsOnce', (count) => (count === 1 ? { down: after(1_000, 'end') } : {})),
  listenFor('garbles', () => ({ down: replaced(500, Buffer.alloc(64, 0xff)) })),
  startWindowless(),
]);
say('ready');
