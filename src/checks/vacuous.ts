import type { CheckResult } from '../domain/outcome.ts';
import type { Warning } from '../domain/target.ts';
import { printable } from '../lib/printable.ts';
import { processPattern } from './pattern.ts';

/**
 * One warning for a whole run about the commands that say yes whatever the truth is, with ones that prove
 * something; null where there are none. The replacements hold no quote, dollar, backquote or backslash that
 * Mesos before 1.6 would trip over; they ask the kernel, and are not fooled by zombies or by their own shell.
 */
export function vacuousWarning(results: readonly CheckResult[]): Warning | null {
  const commands = [
    ...new Set(results.filter(({ vacuous }) => vacuous === true).map(({ command }) => command)),
  ];
  if (commands.length === 0) return null;
  const quoted = commands.map((command) => `\`${printable(command, 300)}\``).join(', ');
  return {
    code: 'CHECK_VACUOUS',
    message:
      `These checks say yes whatever the truth is, because they find their own shell in the process list: ${quoted}. ` +
      'Where one must pass, the process table decided instead.',
    hint: `What proves something, in Marathon too: ${commands.map(replacement).join('; ')}`,
  };
}

function replacement(command: string): string {
  return (
    provingCommand(command) ?? `for \`${printable(command, 300)}\` a command that asks the program itself`
  );
}

/** A command that asks the kernel for the process that this one looks for; null where it names none. */
export function provingCommand(command: string): string | null {
  const names = processPattern(command)?.shown ?? [];
  const [name] = names;
  if (name === undefined) return null;
  // Bracketed parentheses stand for themselves without a backslash.
  if (names.length > 1)
    return `grep -Eqs '^[0-9]+ [(](${names.join('|').replaceAll('.', '[.]')})[)] [^ZX]' /proc/[0-9]*/stat`;
  return `grep -qs '^[0-9]* (${name.replaceAll('.', '[.]')}) [^ZX]' /proc/[0-9]*/stat`;
}
