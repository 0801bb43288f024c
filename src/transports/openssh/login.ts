import type { Target } from '../../domain/target.ts';
import { type Failure, failure } from '../../errors/failure.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { aborted } from '../given-up.ts';
import { explainSsh } from './explain.ts';
import { explainUnrecorded } from './explain-trust.ts';
import { type SshProgram, type SshSurroundings, startSsh } from './program.ts';
import { unusableValue, wholeLimitMs } from './settings.ts';

/**
 * Starts ssh(1) and waits until its login is through: for connectTimeout, and as long again for each jump host.
 * Aborting ends it at once. Never rejects.
 */
export async function logIn(
  target: Target,
  commandLine: string | null,
  signal: AbortSignal,
  surroundings: SshSurroundings,
): Promise<Result<SshProgram, Failure>> {
  if (signal.aborted) return err(aborted(target, signal.reason));
  const unusable = unusableValue(target);
  if (unusable !== null) return err(internal(`${unusable} cannot be given to ssh`));
  const started = await startSsh(target, commandLine, surroundings).catch((error: unknown) =>
    err(`ssh could not be prepared: ${error instanceof Error ? error.message : String(error)}`),
  );
  if (!started.ok) return err(internal(started.error));
  const program = started.value;
  const how = await firstOf(program.login, wholeLimitMs(target), signal);
  const attempted = () => ({ target, facts: program.facts(), stderr: program.stderr() });
  // What could not be written down would be accepted anew in every run.
  if (how === 'in' && !program.facts().unrecorded) return ok(program);
  if (how === 'aborted') {
    void program.stop();
    return err(aborted(target, signal.reason));
  }
  await program.stop();
  if (how === 'in') return err(explainUnrecorded({ ...attempted(), late: false }));
  return err(explainSsh({ ...attempted(), late: how === 'late' }));
}

const internal = (reason: string) => failure('INTERNAL', 'connect', { reason });

function firstOf(
  login: Promise<boolean>,
  limitMs: number,
  signal: AbortSignal,
): Promise<'in' | 'ended' | 'late' | 'aborted'> {
  return new Promise((resolve) => {
    const end = (how: 'in' | 'ended' | 'late' | 'aborted') => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(how);
    };
    const abort = () => end('aborted');
    const timer = setTimeout(() => end('late'), limitMs);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    void login.then((is) => end(is ? 'in' : 'ended'));
  });
}
