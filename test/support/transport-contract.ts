import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../src/domain/target.ts';
import type { RunningCommand, Session, Transport } from '../../src/transports/transport.ts';
import { isAlive } from './is-alive.ts';
import { connected, transcript } from './transcript.ts';

/** A transport, and an agent that it reaches. The login shell there is bash or sh. */
export interface Reach {
  readonly transport: Transport;
  readonly target: Target;
  /** A path in a folder of the agent's where tests may leave files; the agent shares this machine's file system. */
  readonly at: (name: string) => string;
  close(): Promise<void>;
}

/** Where the transports differ, and may. */
export interface Traits {
  /** Is the name of the signal known by which a command ended? */
  readonly namesSignals: boolean;
}

const NEVER = new AbortController().signal;
const DEAF = { stdout: () => undefined, stderr: () => undefined };
const MIB = 1_048_576;

/** What every transport does, in sentences about commands. `open` is called once, before the first test. */
export function commandContract(title: string, traits: Traits, open: () => Promise<Reach>): void {
  describe(`${title}: a command`, () => {
    let reach: Reach;
    beforeAll(async () => {
      reach = await open();
    });
    afterAll(() => reach?.close());

    /** Runs with a session that is closed afterwards. */
    async function during<T>(use: (session: Session) => Promise<T>): Promise<T> {
      const session = await connected(reach.transport, reach.target);
      try {
        return await use(session);
      } finally {
        await session.close();
      }
    }
    const says = (commandLine: string, talk?: (command: RunningCommand) => void) =>
      during((session) => transcript(session, commandLine, talk));

    test('has its streams, its input and its exit code', async () => {
      const said = await says('cat; echo err >&2; exit 3', (command) => {
        command.write(Buffer.from('one '));
        command.write(Buffer.from('two'));
        command.end();
        command.end();
        command.write(Buffer.from('too late'));
      });
      expect(said).toEqual({ completed: { kind: 'exited', code: 3 }, stdout: 'one two', stderr: 'err\n' });
    });

    test.each([
      ['that ends well', 'true', 0],
      ['that does not exist', 'no-such-command', 127],
      ['that exits with 255, as ssh(1) does for errors of its own', 'exit 255', 255],
      ['that reads none of its input', 'exec true', 0],
    ])('%s', async (_, commandLine, code) => {
      expect((await says(commandLine)).completed).toEqual({ kind: 'exited', code });
    });

    test('killed by a signal is no success, and no exit code', async () => {
      const { completed } = await says('kill -TERM $$');
      expect(completed).toEqual({ kind: 'signalled', signal: traits.namesSignals ? 'SIGTERM' : 'unknown' });
    });

    test('that ends while its input is being written has its exit code all the same', async () => {
      const { completed } = await says('exit 4', (command) => {
        for (let i = 0; i < 50; i += 1) command.write(Buffer.alloc(100_000));
        command.end();
      });
      expect(completed).toEqual({ kind: 'exited', code: 4 });
    });

    test('gets 5 MiB of any bytes as they were, and gives them back', async () => {
      const input = randomBytes(5 * MIB);
      const output: Uint8Array[] = [];
      await during(async (session) => {
        const command = await session.exec('cat', {
          stdout: (bytes) => void output.push(bytes.slice()),
          stderr: () => undefined,
        });
        if (!command.ok) throw new Error(command.error.message);
        command.value.write(input);
        command.value.end();
        expect(await command.value.completed).toEqual({ kind: 'exited', code: 0 });
      });
      expect(Buffer.concat(output).equals(input)).toBe(true);
    });

    test('that floods both streams is drained to its end', async () => {
      const flood = 'head -c 5000000 /dev/zero >&2; head -c 5000000 /dev/zero';
      const { completed, stdout, stderr } = await says(flood);
      expect([completed, stdout.length, stderr.length]).toEqual([
        { kind: 'exited', code: 0 },
        5_000_000,
        5_000_000,
      ]);
    });

    test('that floods standard error before it reads its input is not stuck', async () => {
      const { completed, stdout } = await says('head -c 3000000 /dev/zero >&2; cat', (command) => {
        command.write(Buffer.from('read'));
        command.end();
      });
      expect([completed, stdout]).toEqual([{ kind: 'exited', code: 0 }, 'read']);
    });

    test('can be run after another, and beside another', async () => {
      await during(async (session) => {
        expect((await transcript(session, 'echo one')).stdout).toBe('one\n');
        const both = await Promise.all([transcript(session, 'echo two'), transcript(session, 'echo three')]);
        expect(both.map(({ stdout }) => stdout)).toEqual(['two\n', 'three\n']);
      });
    });

    test('that was named ahead runs once, and once more when it is asked for again', async () => {
      const file = reach.at('ahead');
      const commandLine = `read -r line && echo "$line" >>${file}; echo done`;
      const session = await ahead(commandLine);
      for (const line of ['first', 'second']) {
        const said = await transcript(session, commandLine, (command) => {
          command.write(Buffer.from(`${line}\n`));
          command.end();
        });
        expect(said.stdout).toBe('done\n');
      }
      await session.close();
      expect(await readFile(file, 'utf8')).toBe('first\nsecond\n');
    });

    test('other than the one that was named ahead is run in its place', async () => {
      const file = reach.at('never');
      const session = await ahead(`read -r line && echo "$line" >>${file}`);
      expect((await transcript(session, 'echo other')).stdout).toBe('other\n');
      await session.close();
      await expect(readFile(file)).rejects.toThrow('ENOENT');
    });

    test('that still runs when the session is closed is no success, and is gone', async () => {
      const session = await connected(reach.transport, reach.target);
      const pid = Promise.withResolvers<number>();
      const command = await session.exec('echo $$; exec cat', {
        ...DEAF,
        stdout: (bytes) => pid.resolve(Number(Buffer.from(bytes).toString())),
      });
      const running = await pid.promise;
      expect(isAlive(running)).toBe(true);
      await Promise.all([session.close(), session.close()]);
      expect(command.ok && (await command.value.completed).kind).toBe('lost');
      for (let tries = 0; isAlive(running) && tries < 400; tries += 1) await sleep(25);
      expect(isAlive(running)).toBe(false);
    });

    test('of a session that is closed is not run', async () => {
      const session = await connected(reach.transport, reach.target);
      await session.close();
      await session.close();
      const answer = await session.exec('true', DEAF);
      expect(answer).toMatchObject({ ok: false, error: { code: 'CONNECTION_LOST' } });
    });

    test.each([
      ['by the operator', undefined, 'INTERRUPTED'],
      ['because its time is up', 'timeout', 'TIMED_OUT'],
      ['because the run is stopped', 'stopped', 'STOPPED'],
    ])('is not run where the connection was given up %s', async (_, reason, code) => {
      const given = new AbortController();
      given.abort(reason);
      const options = { password: null, ahead: null, signal: given.signal };
      const answer = await reach.transport.connect(reach.target, options);
      expect(answer).toMatchObject({ ok: false, error: { failure: { code }, passwordRefused: false } });
    });

    async function ahead(commandLine: string): Promise<Session> {
      const options = { password: null, ahead: commandLine, signal: NEVER };
      const session = await reach.transport.connect(reach.target, options);
      if (!session.ok) throw new Error(JSON.stringify(session.error));
      return session.value;
    }
  });
}
