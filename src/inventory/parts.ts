import { nearest } from '../lib/suggest.ts';
import type { Fault } from './faults.ts';
import { LATER_REGISTRY, laterWords } from './later.ts';
import { KNOWN_KEYS, PARTS, type Part, type PartName } from './schema.ts';
import { secretFault } from './secret-fault.ts';
import { dotted, follow, found, locate, locateKey, type Path, plain, type Tree } from './tree.ts';
import { EXPECTED, shown, type Word } from './words.ts';

type Issue = NonNullable<ReturnType<(typeof PARTS)[PartName]['safeParse']>['error']>['issues'][number];

/** What is sound of a part, null where too little is left, and the keys whose values are not. */
export interface Read<Value> {
  readonly value: Value | null;
  readonly broken: ReadonlySet<string>;
}

/**
 * What a part of the inventory holds; everything that is wrong with it is added to `faults`, and the rest is read
 * all the same. The keys in `leaveOut` are read elsewhere.
 */
export function readPart<Name extends PartName>(
  name: Name,
  tree: Tree,
  leaveOut: readonly string[],
  faults: Fault[],
): Read<Part<Name>> {
  const value = plain(tree, leaveOut) as Record<string, unknown>;
  const later = takeLaterKeys(name, tree, value);
  for (const fault of later) faults.push(fault);
  const whole = PARTS[name].safeParse(value);
  if (whole.success) return { value: whole.data as Part<Name>, broken: new Set() };
  const { issues } = whole.error;
  for (const fault of issueFaults(name, tree, issues, later.length > 0)) faults.push(fault);
  const broken = new Set(issues.flatMap(brokenKeys));
  if (tree.kind !== 'mapping') return { value: null, broken };
  for (const key of broken) delete value[key];
  const rest = PARTS[name].safeParse(value);
  return { value: rest.success ? (rest.data as Part<Name>) : null, broken };
}

/** Faults for the keys of later versions, which are taken out of the value. */
function takeLaterKeys(name: PartName, tree: Tree, value: Record<string, unknown>): readonly Fault[] {
  if (name !== 'registry') return [];
  return LATER_REGISTRY.flatMap((later) => {
    if (follow(tree, [later.key]) === undefined) return [];
    delete value[later.key];
    return [{ code: 'NOT_YET', at: locateKey(tree, [], later.key), ...laterWords(later) } as const];
  });
}

function stepsOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** The keys of the part whose values an issue spoils. */
function brokenKeys(issue: Issue): readonly string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
  return issue.path.slice(0, 1).map(String);
}

/** One fault for each issue, but for what follows from another one. */
function issueFaults(
  part: PartName,
  tree: Tree,
  issues: readonly Issue[],
  hasLater: boolean,
): Iterable<Fault> {
  const faults = new Map<string, Fault>();
  // The keys that are there, but mistyped: they are not missing as well.
  const mistyped = new Set<string>();
  const add = (fault: Fault) => faults.set(`${fault.at} ${fault.message}`, fault);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const path = stepsOf(issue);
    const known = knownKeys(part, path);
    for (const key of issue.keys) {
      const near = nearest(key, known) ?? '';
      add(unknownKey(part, tree, path, key, near));
      mistyped.add(dotted([...path, near]));
    }
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') continue;
    const fault = issueFault(part, tree, issue);
    // A key that comes later may be there instead of one that is missing.
    const follows = fault.code === 'MISSING_KEY' && (hasLater || mistyped.has(dotted(stepsOf(issue))));
    if (!follows) add(fault);
  }
  return faults.values();
}

function issueFault(part: PartName, tree: Tree, issue: Issue): Fault {
  const path = stepsOf(issue);
  const secret = path.findIndex((step) => step === 'password' || step === 'token');
  if (secret !== -1) return secretFault(tree, path.slice(0, secret + 1));
  const at = locate(tree, path);
  const name = path.length === 0 ? TITLES[part] : dotted(path);
  if (issue.code === 'custom') {
    return {
      code: 'WRONG_VALUE',
      at,
      message: `${name} ${issue.message}.`,
      hint: String(issue.params?.hint ?? ''),
    };
  }
  const { what, hint } = EXPECTED[issue.message as Word];
  const node = follow(tree, path);
  if (node === undefined) return { code: 'MISSING_KEY', at, message: `${name} is missing.`, hint };
  return { code: 'WRONG_VALUE', at, message: `${name} must be ${what}, not ${found(node, shown)}.`, hint };
}

const TITLES: Readonly<Record<PartName, string>> = {
  top: 'The inventory',
  group: 'A group',
  agent: 'An agent',
  registry: 'A registry',
};

function knownKeys(part: PartName, path: Path): readonly string[] {
  const mapping = path.findLast((step) => typeof step === 'string') ?? part;
  return Object.entries(KNOWN_KEYS).find(([name]) => name === mapping)?.[1] ?? [];
}

function unknownKey(part: PartName, tree: Tree, path: Path, key: string, near: string): Fault {
  const known = knownKeys(part, path);
  const where = path.length === 0 ? TITLES[part].toLowerCase() : dotted(path);
  const homes = ['ssh', 'archive', 'become'] as const;
  const home = homes.find((name) => known.includes(name) && KNOWN_KEYS[name].includes(key));
  const hint =
    home !== undefined
      ? `It belongs one level deeper: ${home}: { ${key}: … }`
      : near !== ''
        ? `Did you mean ${near}?`
        : `The keys that are known here: ${known.join(', ')}.`;
  const at = locateKey(tree, path, key);
  return { code: 'UNKNOWN_KEY', at, message: `${shown(key)} is not a key of ${where}.`, hint };
}
