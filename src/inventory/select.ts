import type { Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { didYouMean } from '../lib/suggest.ts';
import type { ProblemCode } from './faults.ts';
import { fitsGlob } from './glob.ts';
import { hostKey } from './hosts.ts';
import { expandRange } from './ranges.ts';
import { shown } from './words.ts';

const MOST_NAMES = 100_000;

type Flag = '--limit' | '--exclude';

/**
 * The targets that `--limit` and `--exclude` leave, in the order of the inventory. Both take patterns, several with
 * commas: names of agents, hosts, groups, globs and ranges. A pattern that fits no agent is a problem, and so is it
 * when no agent is left.
 */
export function selectTargets(
  targets: readonly Target[],
  limit: readonly string[],
  exclude: readonly string[],
): Result<readonly Target[], readonly Problem[]> {
  const problems: Problem[] = [];
  const index = indexTargets(targets);
  const chosen = choose(index, '--limit', limit, problems);
  const left = choose(index, '--exclude', exclude, problems);
  if (problems.length > 0) return err(problems);
  const selected = targets.filter(
    (target) => (limit.length === 0 || chosen.has(target)) && !left.has(target),
  );
  if (selected.length > 0) return ok(selected);
  const message = '--limit and --exclude together leave no agent.';
  return err([problem('NO_AGENT_LEFT', message, 'node-prep hosts shows what a selection leaves.')]);
}

function problem(code: ProblemCode, message: string, hint: string): Problem {
  return { code, message, hint };
}

/** Targets by each word that means them: name, host, group. */
interface Index {
  readonly targets: readonly Target[];
  readonly words: ReadonlyMap<string, readonly Target[]>;
}

function indexTargets(targets: readonly Target[]): Index {
  const words = new Map<string, Target[]>();
  for (const target of targets) {
    for (const word of wordsOf(target)) {
      const known = words.get(word);
      if (known === undefined) words.set(word, [target]);
      else known.push(target);
    }
  }
  return { targets, words };
}

function wordsOf({ name, host, group }: Target): ReadonlySet<string> {
  return new Set(group === null ? [name, host, hostKey(host)] : [name, host, hostKey(host), group]);
}

function choose(
  index: Index,
  flag: Flag,
  values: readonly string[],
  problems: Problem[],
): ReadonlySet<Target> {
  const chosen = new Set<Target>();
  for (const pattern of values.flatMap(splitPatterns)) {
    const found = match(index, flag, pattern.trim());
    if (found.ok) for (const target of found.value) chosen.add(target);
    else problems.push(found.error);
  }
  return chosen;
}

/** At the commas, but for those inside of brackets, which belong to a range. */
function splitPatterns(value: string): readonly string[] {
  const patterns = [''];
  let inside = false;
  for (const character of value) {
    if (character === '[' || character === ']') inside = character === '[';
    if (character === ',' && !inside) patterns.push('');
    else patterns[patterns.length - 1] += character;
  }
  return patterns;
}

function match({ targets, words }: Index, flag: Flag, pattern: string): Result<readonly Target[], Problem> {
  const isGlob = /[*?]/.test(pattern);
  const hint =
    'Patterns are names of agents, hosts or groups, globs such as gpu-*, and ranges such as 10.0.1.[1-20].';
  if (pattern === '') return err(problem('PATTERN_INVALID', `${flag} has an empty pattern.`, hint));
  if (isGlob && pattern.includes('[')) {
    return err(
      problem(
        'PATTERN_INVALID',
        `${flag} ${shown(pattern)} mixes a glob and a range.`,
        'Write two patterns.',
      ),
    );
  }
  const names = isGlob ? ok([pattern]) : expandRange(pattern, MOST_NAMES);
  if (!names.ok)
    return err(problem('PATTERN_INVALID', `In ${flag}: ${names.error.message}.`, names.error.hint));
  const found = isGlob
    ? targets.filter((target) => Array.from(wordsOf(target)).some((word) => fitsGlob(pattern, word)))
    : names.value.flatMap((name) => words.get(name) ?? words.get(hostKey(name)) ?? []);
  if (found.length > 0) return ok(found);
  const near = didYouMean(pattern, words.keys()) ?? 'node-prep hosts lists the names, hosts and groups.';
  return err(problem('PATTERN_UNMATCHED', `${flag} ${shown(pattern)} fits no agent of the inventory.`, near));
}
