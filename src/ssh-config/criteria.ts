import { err, ok, type Result } from '../lib/result.ts';
import type { Criterion } from './config.ts';
import { lowerCase, takeWord } from './words.ts';

type Kind = Criterion['kind'];

/** Criteria with an argument. Those that only ssh can answer are kept by their names; newer ones among them. */
const WITH_ARGUMENT: ReadonlyMap<string, Kind> = new Map([
  ['host', 'host'],
  ['originalhost', 'originalhost'],
  ['user', 'user'],
  ['localuser', 'localuser'],
  ['exec', 'unknowable'],
  ['localnetwork', 'unknowable'],
  ['tagged', 'unknowable'],
  ['version', 'unknowable'],
  ['sessiontype', 'unknowable'],
  ['command', 'unknowable'],
]);

/** Host names are compared in lower case, users as they are (match.c: match_hostname, match_pattern_list). */
const IN_LOWER_CASE: readonly Kind[] = ['host', 'originalhost'];

/** The criteria of a Match line, or what is wrong with them (readconf.c: match_cfg_line). */
export function parseCriteria(text: string): Result<readonly Criterion[], string> {
  const criteria: Criterion[] = [];
  let rest: string | null = text;
  while (rest !== null && rest !== '' && !rest.startsWith('#')) {
    const taken = takeWord(rest);
    if (taken === null) return err('has an open quote');
    if (taken.word === '') return err('has something that is no criterion');
    const negated = taken.word.startsWith('!');
    const name = lowerCase(negated ? taken.word.slice(1) : taken.word);
    if (name === 'all') {
      const more = (taken.rest ?? '') !== '' && !taken.rest?.startsWith('#');
      if (more || criteria.length > 1) return err('cannot combine all with other criteria');
      return ok([...criteria, { kind: 'all', negated, patterns: [] }]);
    }
    if (name === 'canonical' || name === 'final') {
      criteria.push({ kind: name, negated, patterns: [] });
      rest = taken.rest;
      continue;
    }
    const kind = WITH_ARGUMENT.get(name);
    if (kind === undefined) return err(`has no criterion ${taken.word}`);
    const argument = taken.rest === null ? null : takeWord(taken.rest);
    if (argument === null || argument.word === '' || argument.word.startsWith('#'))
      return err(`needs an argument for ${name}`);
    const list = IN_LOWER_CASE.includes(kind) ? lowerCase(argument.word) : argument.word;
    criteria.push({ kind, negated, patterns: kind === 'unknowable' ? [] : list.split(',') });
    rest = argument.rest;
  }
  return criteria.length === 0 ? err('needs at least one criterion') : ok(criteria);
}
