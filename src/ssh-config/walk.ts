import { matchesPatternList } from '../domain/wildcard.ts';
import type { Result } from '../lib/result.ts';
import type { Block, Criterion, HostLine, MatchLine, Setting, Where } from './config.ts';
import { expandTokens } from './expand.ts';
import { parseJumps } from './jump-spec.ts';
import { lowerCase } from './words.ts';

/** What ssh_config is asked: a host as written, and what the inventory says before it (ssh's command line). */
export interface Question {
  readonly host: string;
  readonly user: string | null;
  /** The way there is given already: ProxyJump and ProxyCommand do not count. */
  readonly wayGiven: boolean;
}

/** What one walk through the files has found so far. */
export interface State {
  readonly question: Question;
  readonly where: Where;
  readonly settings: Map<string, Setting>;
  readonly identityFiles: Setting[];
  readonly certificateFiles: Setting[];
  readonly unknowable: Set<MatchLine>;
  proxy: Setting | null;
  /** What Host patterns are held against: the host, in the final pass its name. */
  host: string;
  name: string | null;
  final: boolean;
}

/** Takes what applies from the blocks of a file, in order; includes apply where their block does. */
export function walk(blocks: readonly Block[], state: State): void {
  for (const { when, body } of blocks) {
    if (when !== null && !(when.kind === 'host' ? matchesHost(when, state.host) : matches(when, state)))
      continue;
    for (const item of body) {
      if (item.kind === 'set') set(item.setting, state);
      else for (const file of item.files) walk(file, state);
    }
  }
}

function set(setting: Setting, state: State): void {
  const { keyword, args } = setting;
  if (keyword === 'proxyjump' || keyword === 'proxycommand') {
    if (!state.question.wayGiven && goesFirst(setting, state.proxy)) state.proxy = setting;
  } else if (keyword === 'identityfile') addOnce(setting, state.identityFiles);
  else if (keyword === 'certificatefile') addOnce(setting, state.certificateFiles);
  // A time of `none` and a list without entries leave the place to a later value.
  else if (args.length > 0 && !(args[0] === 'none' && isTime(keyword)) && !state.settings.has(keyword))
    state.settings.set(keyword, setting);
}

/** The first of the two wins; but after `ProxyJump none` a ProxyCommand still counts, as in OpenSSH 9.2. */
function goesFirst({ keyword }: Setting, before: Setting | null): boolean {
  if (before === null) return true;
  const none = before.keyword === 'proxyjump' && parseJumps(before.rest)?.length === 0;
  return none && keyword === 'proxycommand';
}

const isTime = (keyword: string) => keyword === 'connecttimeout' || keyword === 'serveraliveinterval';

function addOnce(setting: Setting, list: Setting[]): void {
  const same = ({ args, fromUser }: Setting) => args[0] === setting.args[0] && fromUser === setting.fromUser;
  if (!list.some(same)) list.push(setting);
}

// Asked for every agent and every block: without a closure or a list of its own.
function matchesHost({ names, wildcards, negated }: HostLine, host: string): boolean {
  let fits = names.has(host);
  for (const matcher of wildcards) fits ||= matcher(host);
  if (fits) for (const matcher of negated) fits &&= !matcher(host);
  return fits;
}

function matches(line: MatchLine, state: State): boolean {
  let known = true;
  for (const criterion of line.criteria) {
    if (criterion.kind === 'unknowable') known = false;
    else if (holds(criterion, state) === criterion.negated) return false;
  }
  if (!known) state.unknowable.add(line);
  return known;
}

function holds({ kind, patterns }: Criterion, state: State): boolean {
  const { question, where, final } = state;
  if (kind === 'all') return true;
  if (kind === 'final' || kind === 'canonical') return final;
  if (kind === 'host') return matchesPatternList(lowerCase(nameSoFar(state)), patterns);
  if (kind === 'originalhost') return matchesPatternList(lowerCase(question.host), patterns);
  const user = question.user ?? state.settings.get('user')?.args[0] ?? where.user;
  return matchesPatternList(kind === 'localuser' ? where.user : user, patterns);
}

function nameSoFar(state: State): string {
  const { name, question } = state;
  const hostName = name === null ? expandHostName(state) : null;
  return name ?? (hostName?.ok ? hostName.value : question.host);
}

/** HostName takes %h, the host as written, and %%. */
export function expandHostName({
  settings,
  question,
}: Pick<State, 'settings' | 'question'>): Result<string, string> {
  const written = settings.get('hostname')?.args[0];
  return expandTokens(written ?? '%h', { h: question.host }, null);
}
