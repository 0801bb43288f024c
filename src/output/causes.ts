import type { AgentOutcome } from '../domain/outcome.ts';
import type { FailureCode } from '../errors/catalogue.ts';
import type { Failure } from '../errors/failure.ts';

/** Failures that one next step mends: the same code, and the same words but for what names the agent. */
export interface Cause {
  readonly code: FailureCode;
  /** The agents it struck, in inventory order; at least one. */
  readonly names: readonly string[];
  /** The failure of the first of them. */
  readonly example: Failure;
  /** Whether all of them have the example's very words (then these need no "for example"). */
  readonly sameMessage: boolean;
  readonly sameHint: boolean;
}

interface Group {
  readonly code: FailureCode;
  readonly names: Set<string>;
  readonly example: Failure;
  sameMessage: boolean;
  sameHint: boolean;
}

// Agents answer with words of their own (a process id, a path). Past so many wordings of one code the rest
// share a group, or a thousand agents with a thousand wordings would make a summary of a thousand causes.
const WORDINGS_PER_CODE = 4;

/** Groups all failures of all agents by cause: the ones that struck most agents first, else in inventory order. */
export function groupCauses(agents: readonly AgentOutcome[]): Cause[] {
  const groups = new Map<string, Group>();
  const wordings = new Map<FailureCode, number>();
  for (const agent of agents) {
    const own = ownNames(agent);
    for (const failure of agent.failures) {
      let key = `${failure.code} ${shape(failure.message, own)}`;
      if (!groups.has(key)) {
        const count = (wordings.get(failure.code) ?? 0) + 1;
        wordings.set(failure.code, count);
        if (count >= WORDINGS_PER_CODE) key = failure.code;
      }
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, {
          code: failure.code,
          names: new Set([agent.name]),
          example: failure,
          sameMessage: true,
          sameHint: true,
        });
        continue;
      }
      group.names.add(agent.name);
      group.sameMessage &&= failure.message === group.example.message;
      group.sameHint &&= failure.hint === group.example.hint;
    }
  }
  return [...groups.values()]
    .map((group) => ({ ...group, names: [...group.names] }))
    .sort((a, b) => b.names.length - a.names.length);
}

/**
 * A message without what differs from agent to agent: its host and name, numbers that stand alone (ports, process
 * ids, sizes), times and key fingerprints. A registry's name, a path and a check's id stay: they are other causes.
 */
function shape(message: string, own: RegExp): string {
  return message
    .replace(own, '<agent>')
    .replace(/\b(?:SHA256|MD5):[\w+/=:]+/g, '<key>')
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?Z?/g, '<time>')
    .replace(/(?<![\w.:/-])\d+(?:\.\d+)?(?:ms|s|m|h|%|[kMG]B)?(?![\w:/-]|\.\w)/g, '<number>');
}

// The host or name where it stands as a word: 10.0.0.1 is not to be found inside 10.0.0.12 or x10.0.0.1.
function ownNames(agent: AgentOutcome): RegExp {
  const words = [agent.host, agent.name].sort((a, b) => b.length - a.length).map(escapeRegExp);
  return new RegExp(`(?<![\\w.-])(?:${words.join('|')})(?![\\w-]|\\.\\w)`, 'g');
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
