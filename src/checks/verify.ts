import type { CheckSpec } from '../domain/target.ts';
import type { CheckAnswer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { commandWords } from './command-words.ts';
import { processPattern } from './pattern.ts';

/**
 * Asks for the health-check commands, exactly as written, side by side. `word` is what the negative controls look
 * for: random letters, so that no process has them in its command line but the control's own. `lenders` is what
 * controlLenders says of these checks; left out, each has a control of its own.
 */
export function verifyVerb(
  checks: readonly CheckSpec[],
  word: string,
  lenders: readonly number[] = checks.map((_, index) => index),
): Verb {
  return {
    verb: 'verify',
    checks: checks.map(({ command, timeoutMs, expect }, index) => {
      const pattern = processPattern(command);
      return {
        seconds: Math.max(1, Math.ceil(timeoutMs / 1_000)),
        command,
        control: (lenders[index] === index ? pattern?.control(word) : null) ?? null,
        // Where it need not be true, nobody asks whether it is.
        names: expect === 'pass' ? (pattern?.names ?? null) : null,
        words: commandWords(command),
      };
    }),
  };
}

/**
 * For each check, the place of the one whose control counts for it too. Commands that differ in nothing but their
 * pattern have one and the same control: what it says of one it says of all, so it is run once. A check that must
 * pass lends its own first: one that may say no often does, and then its control is not run.
 */
export function controlLenders(checks: readonly CheckSpec[]): readonly number[] {
  const controls = checks.map(({ command }) => processPattern(command)?.control('x'));
  return checks.map((_, index) => {
    const control = controls[index];
    if (control === undefined) return index;
    const alike = checks.flatMap((_, at) => (controls[at] === control ? [at] : []));
    return alike.find((at) => checks[at]?.expect === 'pass') ?? alike[0] ?? index;
  });
}

/**
 * The answer to a check with the exit code of the control that was run for its lender. Null where there is none: the
 * lender has not answered, or said no, or its control hung.
 */
export function withLentControl(answer: CheckAnswer, lender: CheckAnswer | undefined): CheckAnswer | null {
  // A command that says no needs no control.
  if (answer.exitCode !== 0 || answer.timedOut) return answer;
  return typeof lender?.controlCode === 'number' ? { ...answer, controlCode: lender.controlCode } : null;
}
