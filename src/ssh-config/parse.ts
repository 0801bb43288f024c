import { matchesPatternList, wildcardMatcher } from '../domain/wildcard.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Doubt, HostLine, MatchLine, Place, SetLine, Setting } from './config.ts';
import { parseCriteria } from './criteria.ts';
import { knownKeyword, meantKeyword, spelled } from './keywords.ts';
import { invalid, placeName, shownLine } from './place.ts';
import { settingFault } from './values.ts';
import { lowerCase, readLine, splitArguments } from './words.ts';

/** An Include line whose files have not been read yet. */
export interface IncludeLine {
  readonly kind: 'include-line';
  readonly patterns: readonly string[];
  readonly place: Place;
}

/** A line with a meaning. */
export type Line = HostLine | MatchLine | SetLine | IncludeLine;

/** One file, read; its problems are those over which ssh refuses the file. */
export interface Parsed {
  readonly lines: readonly Line[];
  readonly problems: readonly Problem[];
  readonly doubts: readonly Doubt[];
}

/** What a file is: whose, and where. */
export interface Origin {
  readonly file: string;
  readonly fromUser: boolean;
}

/** Of one file, no more problems are told, nor doubts: more would only bury the first. */
const MOST_TOLD = 50;

/** The lines of an ssh_config, each checked as ssh checks it where this program makes use of it. Any text will do. */
export function parseConfig(text: string, origin: Origin): Parsed {
  const lines: Line[] = [];
  const problems: Problem[] = [];
  const doubts: Doubt[] = [];
  let ignored: readonly string[] = [];
  for (const [index, written] of text.split('\n').entries()) {
    if (problems.length === MOST_TOLD) break;
    const line = readLine(written);
    if (line === null) continue;
    const place = { file: origin.file, line: index + 1, source: shownLine(written) };
    const keyword = knownKeyword(line.keyword);
    if (keyword === null && /^[a-z][a-z0-9-]*$/.test(line.keyword)) {
      const doubtful = doubts.length < MOST_TOLD && !matchesPatternList(line.keyword, ignored);
      if (doubtful) doubts.push(unknownKeyword(line.keyword, place));
      continue;
    }
    const refuse = (what: string) => problems.push(invalid(what, place));
    const args = splitArguments(line.rest);
    if (keyword === null) refuse(`${shown(line.keyword)} is no keyword of ssh_config`);
    else if (line.rest === '') refuse(`${spelled(keyword)} needs an argument`);
    else if (args === null) refuse(`${spelled(keyword)} has an open quote`);
    else {
      const setting = { keyword, args, rest: line.rest, fromUser: origin.fromUser, place };
      const meaning = readSetting(setting);
      if (typeof meaning === 'string') refuse(`${spelled(keyword)} ${meaning}`);
      else lines.push(meaning);
      if (keyword === 'ignoreunknown') ignored = ignored.concat(lowerCase(args[0] ?? '').split(','));
    }
  }
  return { lines, problems, doubts };
}

/** A line with its meaning, or what is wrong with it. */
function readSetting(setting: Setting): Line | string {
  const { keyword, args, rest, place } = setting;
  if (keyword === 'host') {
    if (args.includes('')) return 'has an empty argument';
    const plain = args.filter((pattern) => !pattern.startsWith('!'));
    return {
      kind: 'host',
      names: new Set(plain),
      wildcards: plain.filter((pattern) => /[*?]/.test(pattern)).map(wildcardMatcher),
      negated: args
        .filter((pattern) => pattern.startsWith('!'))
        .map((pattern) => wildcardMatcher(pattern.slice(1))),
    };
  }
  if (keyword === 'match') {
    const criteria = parseCriteria(rest);
    return criteria.ok ? { kind: 'match', criteria: criteria.value, text: rest, place } : criteria.error;
  }
  if (keyword === 'include')
    return args.includes('') ? 'has an empty argument' : { kind: 'include-line', patterns: args, place };
  return settingFault(setting) ?? { kind: 'set', setting };
}

function unknownKeyword(keyword: string, { file, line }: Place): Doubt {
  const meant = meantKeyword(keyword);
  return {
    code: 'SSH_CONFIG_UNKNOWN_KEYWORD',
    message: `The keyword ${shown(keyword)} in ${placeName(file, line)} is not known, and passed over.`,
    hint: `${meant === null ? '' : `${meant} `}Where a newer ssh knows it and agents need it: ssh: { transport: openssh }.`,
  };
}

/** A word of a file as a message may show it. */
function shown(word: string): string {
  return printable(word.length > 60 ? `${word.slice(0, 59)}…` : word);
}
