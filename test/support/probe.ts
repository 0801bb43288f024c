import type { Target } from '../../src/domain/target.ts';
import type { FailureCode } from '../../src/errors/catalogue.ts';
import type { Session, Transport } from '../../src/transports/transport.ts';

/**
 * Where a short exchange with a server ended: the command came to its end and all it said is here, it was lost, or
 * there was a failure.
 */
export type Verdict = 'whole' | 'lost' | FailureCode;

/** A command that does nothing without input, and says something on both streams before it ends. */
const COMMAND = 'read -r line && printf "heard %s" "$line" && printf "a warning" >&2 && exit 7';

/** What no honest wait takes; a hang is a defect of its own. */
const HANG_MS = 30_000;

/**
 * Connects, runs a short command and closes, whatever the server does. Throws where that hangs, where an end is told
 * that is not the command's, or a whole end with less than all its output.
 */
export async function probe(transport: Transport, target: Target): Promise<Verdict> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it hangs')), HANG_MS);
  });
  try {
    return await Promise.race([exchange(transport, target), hang]);
  } finally {
    clearTimeout(timer);
  }
}

async function exchange(transport: Transport, target: Target): Promise<Verdict> {
  const { signal } = new AbortController();
  const connected = await transport.connect(target, { password: null, ahead: COMMAND, signal });
  if (!connected.ok) {
    if (connected.error.passwordRefused) throw new Error('a password was refused, and none was sent');
    return connected.error.failure.code;
  }
  const session = connected.value;
  try {
    return await command(session);
  } finally {
    await session.close();
  }
}

async function command(session: Session): Promise<Verdict> {
  const said = { stdout: '', stderr: '' };
  const started = await session.exec(COMMAND, {
    stdout: (bytes) => {
      said.stdout += Buffer.from(bytes).toString('latin1');
    },
    stderr: (bytes) => {
      said.stderr += Buffer.from(bytes).toString('latin1');
    },
  });
  if (!started.ok) return started.error.code;
  started.value.write(Buffer.from('you\n'));
  started.value.end();
  const completed = await started.value.completed;
  if (completed.kind === 'lost') return 'lost';
  const told = JSON.stringify({ ...said, ...completed });
  const whole = { stdout: 'heard you', stderr: 'a warning', kind: 'exited', code: 7 };
  if (told !== JSON.stringify(whole)) throw new Error(`that is not how it ended: ${told}`);
  return 'whole';
}
