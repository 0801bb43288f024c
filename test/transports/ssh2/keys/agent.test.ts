import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSshAgent, type SshAgent } from '../../../../src/transports/ssh2/keys/agent.ts';
import { wireString, wireUint32 } from '../../../../src/transports/ssh2/packets/wire.ts';

let folder = '';
let server: Server | null = null;
let connections = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-prep-agent-'));
  connections = 0;
});
afterEach(async () => {
  const stopped = server;
  server = null;
  if (stopped !== null) await new Promise((closed) => stopped.close(closed));
  await rm(folder, { recursive: true, force: true });
});

/** An ssh-agent that does as told with every request. */
async function agentThat(answer: (request: Buffer, socket: Socket) => void): Promise<SshAgent> {
  const path = join(folder, 'agent');
  const listening = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined).on('data', (request) => answer(request, socket));
  });
  server = listening;
  await new Promise<void>((done) => listening.listen(path, done));
  return createSshAgent(path);
}

const KEY = Buffer.from('a key');
const LIST = wireString(
  Buffer.concat([Buffer.of(12), wireUint32(1), wireString(KEY), wireString(Buffer.from('mine'))]),
);
const whole = (text: string, algorithm = 'ssh-ed25519') =>
  Buffer.concat([wireString(algorithm), wireString(text)]);
const signature = (text: string, algorithm?: string) =>
  wireString(Buffer.concat([Buffer.of(14), wireString(whole(text, algorithm))]));

describe('an ssh-agent', () => {
  test('is asked for its keys once, and signs one after the other over one connection', async () => {
    const requests: number[] = [];
    let open = 0;
    const agent = await agentThat((request, socket) => {
      requests.push(request[4] ?? 0);
      open += 1;
      expect(open).toBe(1);
      setImmediate(() => {
        open -= 1;
        socket.write(request[4] === 11 ? LIST : signature(`signature ${requests.length}`));
      });
    });
    const lists = await Promise.all([agent.keys(), agent.keys()]);
    expect(lists.map((list) => list.ok && list.value.map(({ comment }) => comment))).toEqual([
      ['mine'],
      ['mine'],
    ]);
    const signed = await Promise.all(
      [1, 2, 3].map(() => agent.sign(KEY, Buffer.from('data'), 'ssh-ed25519')),
    );
    const expected = ['signature 2', 'signature 3', 'signature 4'];
    expect(signed.map((it) => it.ok && it.value)).toEqual(expected.map((text) => whole(text)));
    expect(requests).toEqual([11, 13, 13, 13]);
    expect(connections).toBe(1);
    agent.close();
  });

  test.each<[string, (request: Buffer, socket: Socket) => void, string, string]>([
    ['that hangs up', (_, socket) => socket.end(), 'it closed the connection', 'it closed the connection'],
    [
      'that refuses',
      (_, socket) => socket.write(wireString(Buffer.of(5))),
      'its answer makes no sense',
      'it refused to sign',
    ],
    [
      'that talks rubbish',
      (_, socket) => socket.write('rubbish'.repeat(99)),
      'its answer makes no sense',
      'its answer makes no sense',
    ],
    [
      'that signs with nothing',
      (_, socket) => socket.write(signature('')),
      'its answer makes no sense',
      'its answer makes no sense',
    ],
    [
      'that is old, and knows SHA-1 only',
      (_, socket) => socket.write(signature('x', 'ssh-rsa\u001b[2J')),
      'its answer makes no sense',
      'it signs with ssh-rsa\\x1b[2J only',
    ],
  ])('%s is of no use, and says why', async (_, answer, listing, signing) => {
    const agent = await agentThat(answer);
    expect(await agent.keys()).toEqual({ ok: false, error: listing });
    expect(await agent.sign(KEY, Buffer.from('data'), 'ssh-ed25519')).toEqual({ ok: false, error: signing });
    agent.close();
  });

  test('that is not there cannot be reached', async () => {
    const agent = createSshAgent(join(folder, 'none'));
    expect(await agent.keys()).toEqual({ ok: false, error: 'it cannot be reached (ENOENT)' });
    agent.close();
  });

  test('that hung up once is asked again over a new connection', async () => {
    const agent = await agentThat((request, socket) => {
      if (connections === 1) socket.end();
      else socket.write(request[4] === 13 ? signature('at last') : LIST);
    });
    expect(await agent.sign(KEY, Buffer.from('data'), 'ssh-ed25519')).toMatchObject({ ok: false });
    const again = await agent.sign(KEY, Buffer.from('data'), 'ssh-ed25519');
    expect(again.ok && again.value).toEqual(whole('at last'));
    agent.close();
  });

  test('that is closed while it is waited for ends the wait', async () => {
    const agent = await agentThat(() => agent.close());
    expect(await agent.keys()).toEqual({ ok: false, error: 'it closed the connection' });
  });

  test('that is closed is not asked for what still waits for its turn', async () => {
    const agent = await agentThat(() => agent.close());
    const signatures = [1, 2, 3].map(() => agent.sign(KEY, Buffer.from('data'), 'ssh-ed25519'));
    expect((await Promise.all(signatures)).map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(connections).toBe(1);
  });
});
