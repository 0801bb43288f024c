import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Place } from './config.ts';

const SOURCE_WIDTH = 200;

/** `file:line`, on one line. */
export function placeName(file: string, line: number): string {
  return `${printable(file, 300)}:${line}`;
}

/** A problem of a line: ssh would stop there. */
export function invalid(what: string, { file, line, source }: Place): Problem {
  return {
    code: 'SSH_CONFIG_INVALID',
    message: `${what}.`,
    hint: 'ssh refuses this line too. Put it right, or set ssh.configFile in the inventory to another file or to none.',
    file,
    line,
    column: 1,
    source,
  };
}

/** A line as messages show it. Environments and commands may hold a secret: of such a line only the keyword is shown. */
export function shownLine(written: string): string {
  const line = written.trim();
  const secret = /^((?:\S*?command|setenv|match\s.*?\bexec)\b).+/is.exec(line);
  const visible = secret === null ? line : `${secret[1]} …`;
  return printable(visible.length > SOURCE_WIDTH ? `${visible.slice(0, SOURCE_WIDTH)}…` : visible);
}
