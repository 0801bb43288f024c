import { interpretCheck } from '../checks/verdict.ts';
import { controlLenders, verifyVerb, withLentControl } from '../checks/verify.ts';
import type { CheckResult } from '../domain/outcome.ts';
import type { CheckSpec } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { CheckAnswer } from '../remote/answer.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** The health-check commands of one agent; a check's verdict is told as soon as it can be. */
export interface Verification {
  /** Hears of one check, as it ends. */
  readonly onCheck: (check: CheckAnswer) => void;
  /** Runs them; gives the failures. */
  run(talk: Talk): Promise<Failure[]>;
}

export function createVerification(visit: Visit): Verification {
  const { target, fleet, log } = visit;
  const { checks } = target;
  const lenders = controlLenders(checks);
  const answers = new Map<number, CheckAnswer>();
  const results = new Map<number, CheckResult>();
  const failures = new Map<number, readonly Failure[]>();
  /** The places of the checks that the agent is asked for now, in the order of the verb. */
  let asked: readonly number[] = [];
  let since = 0;

  function judge(index: number, answer: CheckAnswer) {
    const spec = checks[index];
    if (spec === undefined || results.has(index)) return;
    const verdict = interpretCheck(spec, answer, { target, say: fleet.say });
    const result: CheckResult = { ...verdict.result, ms: Math.round(performance.now() - since) };
    results.set(index, result);
    failures.set(index, verdict.failures);
    log.check(result);
  }

  /** The checks that have answered, but wait for a control that another one lends. */
  const waiting = () => [...answers].filter(([index]) => !results.has(index));

  /** Asks for the checks at these places; one that has not got a lender there has a control of its own. */
  function ask(talk: Talk, places: readonly number[], lent?: readonly number[]) {
    asked = places;
    const specs = places.flatMap((index) => checks[index] ?? []);
    return talk.ask(verifyVerb(specs, fleet.random(10), lent));
  }

  return {
    onCheck(answer) {
      const index = asked[answer.index];
      if (index === undefined || results.has(index)) return;
      // The second answer to one that waits: it has a control of its own.
      if (lenders[index] === index || answers.has(index)) judge(index, answer);
      answers.set(index, answer);
      for (const [at, waits] of waiting()) {
        const whole = withLentControl(waits, answers.get(lenders[at] ?? at));
        if (whole !== null) judge(at, whole);
      }
    },
    async run(talk) {
      if (checks.length === 0) return [];
      since = performance.now();
      const every = checks.map((_, index) => index);
      let answer = await ask(talk, every, lenders);
      // A second time, where the lender had no control to lend.
      const open = waiting().map(([index]) => index);
      if (answer.ok && open.length > 0) answer = await ask(talk, open);
      // Better than nothing: what it said, without a control.
      for (const [index, said] of waiting()) judge(index, said);
      visit.checks.push(...checks.map((spec, index) => results.get(index) ?? notRun(spec)));
      const found = checks.flatMap((_, index) => failures.get(index) ?? []);
      if (!answer.ok) return [...found, answer.error];
      if (results.size < checks.length) {
        const reason = `it answered ${results.size} of ${checks.length} checks`;
        found.push(failure('REMOTE_PROTOCOL', 'verify', { host: target.host, reason }));
      }
      return found;
    },
  };
}

/** A check that did not get its turn. */
export function notRun({ id, command, expect }: CheckSpec): CheckResult {
  return { id, command, expect, verdict: 'not-run', exitCode: null, vacuous: null, ms: 0 };
}
