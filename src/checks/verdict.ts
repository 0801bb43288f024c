import type { AgentContext } from '../credential/speech.ts';
import { daemonTrouble } from '../domain/docker-daemon.ts';
import type { CheckResult } from '../domain/outcome.ts';
import type { CheckSpec } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { formatDuration } from '../lib/duration.ts';
import type { CheckAnswer } from '../remote/answer.ts';
import { commandWords } from './command-words.ts';
import { type ProcessPattern, processPattern } from './pattern.ts';

/** A check's result, without the time that it took, and what to tell the operator where it is not good. */
export interface Judged {
  readonly result: Omit<CheckResult, 'ms'>;
  readonly failures: readonly Failure[];
}

/**
 * What an agent's answer to a check means. `pass` wants exit code 0 and, where the command would have said yes to
 * anything, the process itself; `runnable` wants a command that can be run and answers, with 0 or 1. What cannot
 * be told is not good: green means proven.
 */
export function interpretCheck(spec: CheckSpec, answer: CheckAnswer, ctx: AgentContext): Judged {
  const { id, command, expect } = spec;
  const pattern = processPattern(command);
  const missing = commandWords(command).filter((word) => answer.missing.includes(word));
  const vacuous = isVacuous(pattern, answer);
  const judged = { id, command, expect, vacuous };
  if (answer.timedOut) {
    const values = { host: ctx.target.host, id, command, limit: formatDuration(spec.timeoutMs) };
    const why = failure('CHECK_TIMED_OUT', 'verify', values, ctx.say(answer.output));
    return { result: { ...judged, verdict: 'timeout', exitCode: null }, failures: [why] };
  }
  const { exitCode } = answer;
  const reason = expect === 'pass' ? whyNotTrue(pattern, answer, missing) : whyNotRunnable(exitCode, missing);
  if (reason === null) return { result: { ...judged, verdict: 'pass', exitCode }, failures: [] };
  return {
    result: { ...judged, verdict: 'fail', exitCode },
    failures: [failureOf(spec, answer, reason, ctx)],
  };
}

/** Null where it cannot be told: no pattern to replace, or a control that gave no answer. */
function isVacuous(pattern: ProcessPattern | null, answer: CheckAnswer): boolean | null {
  if (pattern === null || answer.timedOut) return null;
  // A command that says no does not say yes whatever the truth is; no control is run then.
  if (answer.exitCode !== 0) return false;
  return typeof answer.controlCode === 'number' ? answer.controlCode === 0 : null;
}

function whyNotTrue(
  pattern: ProcessPattern | null,
  answer: CheckAnswer,
  missing: readonly string[],
): string | null {
  const { exitCode, controlCode, alive } = answer;
  if (exitCode !== 0) {
    return missing.length > 0
      ? `not found there: ${missing.join(', ')}`
      : `it ends with exit code ${exitCode}`;
  }
  if (pattern === null) return null;
  // The control is always asked for where there is a pattern, so that silence is no proof.
  if (typeof controlCode === 'number' && controlCode !== 0) return null;
  if (alive === 'yes' && pattern.names !== null) return null;
  const empty =
    controlCode === 0
      ? 'it says yes whatever the truth is'
      : 'it says yes, but looking for a random word gave no answer to compare with';
  if (pattern.names === null) return `${empty}, and its pattern names no process to look for`;
  const names = pattern.shown.join(' or ');
  if (alive === 'no') return `${empty}, and no live process is named ${names}`;
  return `${empty}, and the process table, which would tell whether ${names} is there, cannot be read`;
}

function whyNotRunnable(exitCode: number, missing: readonly string[]): string | null {
  if (missing.length > 0) return `not found there: ${missing.join(', ')}`;
  return exitCode === 0 || exitCode === 1
    ? null
    : `it ends with exit code ${exitCode}, so it cannot be run as it is`;
}

function failureOf(
  { id, command }: CheckSpec,
  answer: CheckAnswer,
  reason: string,
  { target, say }: AgentContext,
) {
  const { host } = target;
  const output = Buffer.from(answer.output).toString('utf8');
  const daemon = answer.exitCode !== 0 && /\bdocker\b/.test(command) ? daemonTrouble(output) : null;
  if (daemon !== null)
    return failure('DOCKER_DAEMON_DOWN', 'verify', { host, reason: daemon }, say(answer.output));
  return failure('CHECK_FAILED', 'verify', { host, id, command, reason }, say(answer.output));
}
