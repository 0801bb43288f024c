import { processPattern } from '../checks/pattern.ts';
import { shellTokens, type Token } from '../checks/shell-words.ts';
import { provingCommand } from '../checks/vacuous.ts';
import { isObject, member } from './json.ts';
import type { Correction, Rule } from './rule.ts';
import type { CommandCheck } from './shape.ts';

/** What the agent's shell reads something into, up to Mesos 1.5. */
const EXPANDED = /[$`"\\]/;
/** Stands in where a command cannot be written without those signs. */
const SCRIPT = 'sh /health-check.sh';

/** Commands that find themselves in the list of processes. */
export const checkVacuous: Rule = ({ shape, shown, mask }) =>
  shape.commandChecks.flatMap((check) => {
    if (!isVacuous(check.command)) return [];
    return [
      {
        code: 'APP_CHECK_VACUOUS',
        way: [...check.way, 'command', 'value'],
        message: `${shown(check.command)} says yes whatever the truth is: the shell that runs it has the word in its own command line, and ps shows it${onlyBusybox(check.command) ? " (busybox's ps, as in Alpine images; procps's does not)" : ''}. The first such yes ends the grace period, and Marathon calls the deployment complete.`,
        hint: 'Ask the kernel for a live process of that name.',
        correction: withCommand(check, proving(mask(check.command))),
      },
    ];
  });

/** Does the command look for a word in a list of processes that shows the command itself? */
function isVacuous(command: string): boolean {
  if (processPattern(command) === null) return false;
  const [first = [], ...others] = stages(shellTokens(command) ?? []);
  const [program = '', ...words] = first;
  const options = (letter: string) => new RegExp(`^-[a-zA-Z]*${letter}`);
  if (basename(program) === 'pgrep') {
    const full = words.some((word) => word === '--full' || options('f').test(word));
    return full && !words.some((word) => word === '--exact' || options('x').test(word));
  }
  if (basename(program) !== 'ps' || others.length === 0) return false;
  // Processes of one name only, or columns of one's own choice.
  if (words.some((word) => /^-[a-zA-Z]*C/.test(word))) return false;
  const chosen = words.some((word) => /^-?[a-zA-Z]*[oO]/.test(word) || word.startsWith('--format'));
  if (chosen && !words.some((word) => /\b(?:args|cmd|command)\b/.test(word))) return false;
  // `grep -v grep` takes the command's own line away, `-x` wants a whole line.
  return others.every(
    ([name = '', ...rest]) =>
      /grep$/.test(name) &&
      !rest.some((word) => options('[vx]').test(word) || /^--(?:invert|line)/.test(word)),
  );
}

/** Without -f, columns, or options in BSD's manner, procps shows names and no command lines. */
function onlyBusybox(command: string): boolean {
  const [[program = '', ...words] = []] = stages(shellTokens(command) ?? []);
  return basename(program) === 'ps' && !words.some((word) => /^-[a-zA-Z]*[fFoO]|^[a-zA-Z]|^--/.test(word));
}

function stages(tokens: readonly Token[]): readonly (readonly string[])[] {
  const found: string[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'operator') found.push([]);
    else if (token.kind === 'word') found.at(-1)?.push(token.text);
  }
  return found;
}

const basename = (program: string) => program.replace(/^.*\//, '');

/** The same question to the kernel; where no process has such a name, a pattern that does not match itself. */
function proving(command: string): string {
  const named = provingCommand(command);
  if (named !== null) return named;
  const pattern = processPattern(command);
  const text = pattern === null ? '' : patternText(command, pattern.control('\0'));
  return pattern?.control(`'${text.replace(/[A-Za-z0-9]/, '[$&]')}'`) ?? command;
}

/** What stands in a command where another one, alike but for this, has a NUL; without quotes. */
function patternText(command: string, other: string): string {
  const start = other.indexOf('\0');
  const word = command.slice(start, command.length - (other.length - start - 1));
  const [token] = shellTokens(word) ?? [];
  return token?.kind === 'word' ? token.text : word;
}

/** Commands that Mesos before 1.6 lets the agent's shell change. */
export const hostExpanded: Rule = ({ shape, around, shown, mask }) => {
  // Only docker's executor builds a command line of its own (MESOS-4812).
  if (shape.containerType !== 'DOCKER' || isRecent(around.marathon?.version ?? null)) return [];
  return shape.commandChecks.flatMap((check) => {
    if (!EXPANDED.test(check.command)) return [];
    const rewritten = requoted(mask(check.command));
    return [
      {
        code: 'APP_CHECK_HOST_EXPANDED',
        way: [...check.way, 'command', 'value'],
        message: `Mesos before 1.6 (DC/OS up to 1.11) puts ${shown(check.command)} between double quotes for the shell of the agent: what it has of $, backquotes, double quotes and backslashes is read there, on the agent, before the container gets the rest.`,
        hint:
          rewritten === null
            ? 'Put the command into a script in the image, and call that.'
            : 'Single quotes are safe with every Mesos.',
        correction: withCommand(check, rewritten ?? SCRIPT),
      },
    ];
  });
};

/** DC/OS 1.12, the first with Marathon 1.7, has Mesos 1.7. */
function isRecent(version: string | null): boolean {
  const [, major, minor] = /^v?(\d{1,5})\.(\d{1,5})/.exec(version ?? '') ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 7);
}

/** The same command with single quotes; null where that is not enough. */
function requoted(command: string): string | null {
  let changed = command;
  for (const token of (shellTokens(command) ?? []).toReversed()) {
    if (token.kind !== 'word' || !token.literal || token.text.includes("'")) continue;
    const { start, end, text } = token;
    if (EXPANDED.test(command.slice(start, end)))
      changed = `${changed.slice(0, start)}'${text}'${changed.slice(end)}`;
  }
  return EXPANDED.test(changed) ? null : changed;
}

/** The command as every Mesos runs it, and asking what it is meant to ask; unchanged where it cannot be told. */
export function portable(command: string): string {
  const asking = isVacuous(command) ? proving(command) : command;
  return EXPANDED.test(asking) ? (requoted(asking) ?? asking) : asking;
}

function withCommand({ check, way }: CommandCheck, value: string): Correction {
  const command = member(check, 'command');
  return { at: way, value: { ...check, command: { ...(isObject(command) ? command : {}), value } } };
}
