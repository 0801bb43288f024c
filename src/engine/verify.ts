import { interpretCheck } from '../checks/verdict.ts';
import { verifyVerb } from '../checks/verify.ts';
import type { CheckResult } from '../domain/outcome.ts';
import type { CheckSpec } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { CheckAnswer } from '../remote/answer.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** The health-check commands of one agent; a check's verdict is told as soon as the agent has it. */
export interface Verification {
  /** Hears of one check, as it ends. */
  readonly onCheck: (check: CheckAnswer) => void;
  /** Runs them; gives the failures. */
  run(talk: Talk): Promise<Failure[]>;
}

export function createVerification(visit: Visit): Verification {
  const { target, fleet, log } = visit;
  const { checks } = target;
  const results = new Map<number, CheckResult>();
  const failures = new Map<number, readonly Failure[]>();
  let since = 0;

  return {
    onCheck(answer) {
      const spec = checks[answer.index];
      if (since === 0 || spec === undefined || results.has(answer.index)) return;
      const verdict = interpretCheck(spec, answer, { target, say: fleet.say });
      const result: CheckResult = { ...verdict.result, ms: Math.round(performance.now() - since) };
      results.set(answer.index, result);
      failures.set(answer.index, verdict.failures);
      log.check(result);
    },
    async run(talk) {
      if (checks.length === 0) return [];
      log.start('verify');
      since = performance.now();
      const answer = await talk.ask(verifyVerb(checks, fleet.random(10)));
      visit.checks.push(...checks.map((spec, index) => results.get(index) ?? notRun(spec)));
      const found = checks.flatMap((_, index) => failures.get(index) ?? []);
      if (!answer.ok) return [...found, answer.error];
      if (results.size < checks.length) {
        const reason = `it answered ${results.size} of ${checks.length} checks`;
        found.push(failure('REMOTE_PROTOCOL', 'verify', { host: target.host, reason }));
      }
      log.end('verify', found.length === 0 ? 'ok' : 'failed');
      return found;
    },
  };
}

/** A check that did not get its turn. */
export function notRun({ id, command, expect }: CheckSpec): CheckResult {
  return { id, command, expect, verdict: 'not-run', exitCode: null, vacuous: null, ms: 0 };
}
