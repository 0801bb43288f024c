import type { MatchLine, Setting, SshConfig, Where } from './config.ts';
import { canonicalName } from './host-name.ts';
import { parseTime, switchValue } from './values.ts';
import { expandHostName, type Question, type State, walk } from './walk.ts';

/** What ssh_config says of a host: of each keyword the first value, of the lists all. */
export interface Answer {
  /** HostName, its tokens replaced, else the host; as ssh connects to it. */
  readonly name: string;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly identityFiles: readonly Setting[];
  readonly certificateFiles: readonly Setting[];
  /** ProxyJump or ProxyCommand, whichever comes first: it silences the other. */
  readonly proxy: Setting | null;
  /** Match lines that fit but for what only ssh can tell. */
  readonly unknowable: readonly MatchLine[];
  /** What is wrong with HostName. */
  readonly fault: { readonly setting: Setting; readonly message: string } | null;
}

/** Applies ssh_config to one host: first value wins, blocks in order, a second pass where `Match final` asks for one. */
export function lookUp(config: SshConfig, question: Question, where: Where): Answer {
  const state: State = {
    ...{
      question,
      where,
      settings: new Map(),
      identityFiles: [],
      certificateFiles: [],
      unknowable: new Set(),
    },
    ...{ proxy: null, host: question.host, name: null, final: false },
  };
  for (const blocks of config.files) walk(blocks, state);
  const hostName = expandHostName(state);
  const name = canonicalName(hostName.ok ? hostName.value : question.host);
  const canonicalize = state.settings.get('canonicalizehostname');
  if (config.final || (canonicalize !== undefined && switchValue(canonicalize) !== 'no')) {
    Object.assign(state, { final: true, host: name, name });
    for (const blocks of config.files) walk(blocks, state);
  }
  const setting = state.settings.get('hostname');
  const fault = hostName.ok || setting === undefined ? null : { setting, message: hostName.error };
  const { settings, identityFiles, certificateFiles, proxy } = state;
  return { name, settings, identityFiles, certificateFiles, proxy, unknowable: [...state.unknowable], fault };
}

/** The time of a setting in milliseconds; null where it says nothing (0 is ssh's "none"). */
export function timeOf({ settings }: Answer, keyword: string): number | null {
  const ms = parseTime(settings.get(keyword)?.args[0] ?? 'none');
  return ms === 0 ? null : ms;
}
