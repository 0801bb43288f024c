import type { Secret } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Completed, RunningCommand, Session, Transport } from '../../src/transports/transport.ts';

/** What a command said and how it ended. */
export interface Transcript {
  readonly completed: Completed;
  readonly stdout: string;
  readonly stderr: string;
}

/** Connects, and fails the test where that fails. */
export async function connected(
  transport: Transport,
  target: Target,
  password: Secret | null = null,
): Promise<Session> {
  const session = await transport.connect(target, {
    password: password === null ? null : async () => password,
    ahead: null,
    signal: new AbortController().signal,
  });
  if (!session.ok) throw new Error(JSON.stringify(session.error));
  return session.value;
}

/** Runs a command to its end; `talk` may write to it meanwhile, else its input ends at once. */
export async function transcript(
  session: Session,
  commandLine: string,
  talk: (command: RunningCommand) => void = (command) => command.end(),
): Promise<Transcript> {
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  const command = await session.exec(commandLine, {
    stdout: (bytes) => void stdout.push(bytes),
    stderr: (bytes) => void stderr.push(bytes),
  });
  if (!command.ok) throw new Error(JSON.stringify(command.error));
  talk(command.value);
  const completed = await command.value.completed;
  return { completed, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
