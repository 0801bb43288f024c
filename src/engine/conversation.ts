import type { Failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer, CheckAnswer } from '../remote/answer.ts';
import { createReplyReader } from '../remote/reply.ts';
import type { Completed, RunningCommand, Session } from '../transports/transport.ts';

/** How a conversation ended before the answer that was waited for. */
export interface Ended {
  readonly completed: Completed;
  /** The last of what came on standard error, and of what was no answer on standard output; raw. */
  readonly stderr: Uint8Array;
  readonly noise: string;
}

/** In place of an end that does not come. */
export const NO_ANSWER: Ended = { completed: { kind: 'lost' }, stderr: new Uint8Array(), noise: '' };

/** An end in words: `exit code 1`. */
export function howItEnded(completed: Exclude<Completed, { kind: 'lost' }>): string {
  return completed.kind === 'exited' ? `exit code ${completed.code}` : `signal ${completed.signal}`;
}

/** The talk with the remote script over one exec: verbs out, answers back, in the same order. */
export interface Conversation {
  send(bytes: Uint8Array): void;
  /** The next answer. Never rejects; an error means that none will come any more. */
  answer(): Promise<Result<Answer, Ended>>;
  /** Will no answer come any more, but for those that are here already? */
  isOver(): boolean;
  /** What came up to now that was no answer; raw. */
  heard(): Omit<Ended, 'completed'>;
  /** Ends the command's standard input, and waits for nothing. */
  end(): void;
  /** Ends the script's standard input, so that it cleans up, and waits for its end, for two seconds at most. */
  finish(): Promise<void>;
}

const STDERR_KEPT = 4_096;
const FINISH_MS = 2_000;

/** Who hears at once of what an agent says. */
export interface Ears {
  /** Each check, as soon as the agent answers it. */
  readonly check: (check: CheckAnswer) => void;
  /** What comes on standard error, before any answer that came with it. */
  readonly stderr: (bytes: Uint8Array) => void;
}

/** Starts `command` on the session. */
export async function converse(
  session: Session,
  command: string,
  token: string,
  ears: Ears,
): Promise<Result<Conversation, Failure>> {
  const reader = createReplyReader(token);
  const answers: Answer[] = [];
  const waiting: ((answer: Result<Answer, Ended>) => void)[] = [];
  let ended: Ended | null = null;
  let stderr: Uint8Array = new Uint8Array();

  const started = await session.exec(command, {
    stdout(bytes) {
      for (const reply of reader.push(bytes)) {
        if (reply.kind === 'check') ears.check(reply.check);
        if (reply.kind !== 'answer') continue;
        const wake = waiting.shift();
        if (wake === undefined) answers.push(reply.answer);
        else wake(ok(reply.answer));
      }
    },
    stderr(bytes) {
      const joined = new Uint8Array(stderr.length + bytes.length);
      joined.set(stderr);
      joined.set(bytes, stderr.length);
      stderr = joined.slice(-STDERR_KEPT);
      ears.stderr(bytes);
    },
  });
  if (!started.ok) return started;
  const running: RunningCommand = started.value;
  const heard = () => ({ stderr, noise: reader.noise() });
  const over = running.completed.then((completed) => {
    ended = { completed, ...heard() };
    for (const wake of waiting.splice(0)) wake(err(ended));
  });

  return ok({
    send: (bytes) => running.write(bytes),
    answer() {
      const answer = answers.shift();
      if (answer !== undefined) return Promise.resolve(ok(answer));
      if (ended !== null) return Promise.resolve(err(ended));
      return new Promise((wake) => waiting.push(wake));
    },
    isOver: () => ended !== null,
    heard,
    end: () => running.end(),
    async finish() {
      running.end();
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        over,
        new Promise((wake) => {
          timer = setTimeout(wake, FINISH_MS);
        }),
      ]);
      clearTimeout(timer);
    },
  });
}
