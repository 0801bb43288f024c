import type { CheckSpec } from '../domain/target.ts';
import type { Verb } from '../remote/verb.ts';
import { commandWords } from './command-words.ts';
import { processPattern } from './pattern.ts';

/**
 * Asks for the health-check commands, exactly as written, side by side. `word` is what the negative controls look
 * for: random letters, so that no process has them in its command line but the control's own.
 */
export function verifyVerb(checks: readonly CheckSpec[], word: string): Verb {
  return {
    verb: 'verify',
    checks: checks.map(({ command, timeoutMs }) => {
      const pattern = processPattern(command);
      return {
        seconds: Math.max(1, Math.ceil(timeoutMs / 1_000)),
        command,
        control: pattern?.control(word) ?? null,
        names: pattern?.names ?? null,
        words: commandWords(command),
      };
    }),
  };
}
