import type { MaxFailures } from '../domain/request.ts';
import type { Problem } from '../errors/failure.ts';
import { LONGEST_DURATION, parseDuration } from '../lib/duration.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { CommandSpec, Flag } from './command.ts';
import { badValue, missingValue, problem, shown } from './problems.ts';
import type { Tokens } from './tokens.ts';

/** The most agents, handshakes, logins, failures or runs that a flag may ask for. */
export const MOST = 10_000;

/** Reads the values of one command's flags; what is wrong with them is collected, and a stand-in returned. */
export interface FlagReader {
  given(long: string): boolean;
  /** All values of a repeatable flag. */
  list(long: string): readonly string[];
  /** The last value, or null where there is none and no default. */
  text(long: string): string | null;
  /** The last value as `read` takes it, or null. */
  value<T>(long: string, read: (text: string) => Result<T, Problem>): T | null;
  choice<T extends string>(long: string, choices: readonly [T, ...T[]]): T;
  count(long: string): number;
  /** Milliseconds. */
  duration(long: string): number;
  maxFailures(long: string): MaxFailures | null;
}

/** A reader of what was given; problems are pushed to `problems`. */
export function flagReader(spec: CommandSpec, tokens: Tokens, problems: Problem[]): FlagReader {
  const list = (long: string): readonly string[] => {
    const values = tokens.given.get(long) ?? [];
    for (const value of values) {
      const wrong = unusable(spec, long, value);
      if (wrong !== null) problems.push(wrong);
    }
    return values;
  };
  const text = (long: string) => list(long).at(-1) ?? flagOf(spec, long).value?.default ?? null;
  function value<T>(long: string, read: (text: string) => Result<T, Problem>): T | null {
    const before = problems.length;
    const given = text(long);
    if (given === null || problems.length > before) return null;
    const result = read(given);
    if (result.ok) return result.value;
    problems.push(result.error);
    return null;
  }
  function parsed<T>(long: string, read: (text: string) => T | null, wanted: string): T | null {
    return value(long, (text) => {
      const result = read(text);
      return result === null ? err(badValue(long, text, wanted)) : ok(result);
    });
  }
  return {
    given: (long) => tokens.given.has(long),
    list,
    text,
    value,
    choice: (long, choices) =>
      parsed(
        long,
        (value) => choices.find((choice) => choice === value) ?? null,
        `one of: ${choices.join(', ')}`,
      ) ?? choices[0],
    count: (long) => parsed(long, parseCount, `a whole number from 1 to ${MOST}`) ?? 1,
    duration: (long) =>
      parsed(
        long,
        parseDuration,
        `a duration: 500ms, 20s, 5m, 12h (more than zero, at most ${LONGEST_DURATION})`,
      ) ?? 1,
    maxFailures: (long) =>
      parsed(long, parseMaxFailures, `a number from 1 to ${MOST}, or a share from 1% to 100%`),
  };
}

/** A whole number from 1 to 10000, or null. */
function parseCount(text: string): number | null {
  const value = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= MOST ? value : null;
}

/** `5` or `10%`, or null. */
function parseMaxFailures(text: string): MaxFailures | null {
  const number = parseCount(text.replace(/%$/, ''));
  if (number === null) return null;
  if (!text.endsWith('%')) return { kind: 'count', count: number };
  return number <= 100 ? { kind: 'percent', percent: number } : null;
}

function unusable(spec: CommandSpec, long: string, value: string): Problem | null {
  if (value === '')
    return problem(
      'BAD_VALUE',
      `The value of ${shown(long)} is empty.`,
      'Is a shell variable in it not set?',
    );
  const isFlag = spec.flags.some((flag) => flag.short === value || flag.long === value.replace(/=.*$/su, ''));
  if (isFlag) return missingValue(spec, long, value);
  const { type, stdin } = flagOf(spec, long).value ?? {};
  if (type === 'file' && value === '-' && stdin !== true) {
    return problem(
      'BAD_VALUE',
      `${shown(long)} needs the name of a file, not ${shown(value)}.`,
      'To print JSON: -o json',
    );
  }
  if (type === 'pattern' && value.startsWith('-')) return badValue(long, value, 'a name, a glob or a range');
  return null;
}

function flagOf(spec: CommandSpec, long: string): Flag {
  const flag = spec.flags.find((candidate) => candidate.long === long);
  if (flag === undefined) throw new Error(`${spec.name} has no flag ${long}`);
  return flag;
}
