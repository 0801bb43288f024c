import { foldNames } from '../domain/names.ts';
import type { RegistrySpec, Target } from '../domain/target.ts';
import type { Fault } from './faults.ts';
import { hostKey, readHosts, readMappedHosts } from './hosts.ts';
import type { WrittenAgent, WrittenGroup, WrittenInventory } from './read.ts';
import { type ResolvedSettings, resolveSettings, type Where } from './settings.ts';
import { locate } from './tree.ts';
import { shown } from './words.ts';

/** More agents than any fleet has; what is more is a slip, and would fill the memory. */
const MOST_AGENTS = 100_000;

/** What the agents need to know of the rest. */
export interface Context {
  readonly registries: readonly RegistrySpec[];
  readonly where: Where;
  readonly lineOf: (at: number) => number;
}

/** A host or a name that an earlier line, at the offset `before`, has taken. */
interface Taken {
  readonly what: 'agent' | 'name';
  readonly text: string;
  readonly before: number;
}

/** Every agent that is written, ranges written out, with its settings. Names and addresses must be unique. */
export function resolveAgents(
  written: WrittenInventory,
  context: Context,
  faults: Fault[],
): readonly Target[] {
  const targets: Target[] = [];
  const names = new Map<string, number>();
  const addresses = new Map<string, number>();
  const settingsOf = settingsResolver(written, context);
  let [count, full] = [0, false];
  for (const agent of written.agents) {
    const { at } = agent.tree;
    const hosts = expand(agent, MOST_AGENTS - count, faults);
    if (hosts === null) {
      // Told once: every line after it would be one too many as well.
      if (!full) faults.push(tooMany(agent));
      full = true;
      continue;
    }
    count += hosts.length;
    const settings = settingsOf(agent);
    const group = agent.group?.name ?? null;
    const taken: Taken[] = [];
    for (const host of hosts) {
      const name = agent.name ?? host;
      // Without good settings the port is not known, nor whether the address is the same.
      const sameAddress =
        settings === null ? undefined : claim(addresses, `${hostKey(host)} ${settings.port}`, at);
      const sameName = claim(names, name, at);
      if (sameAddress !== undefined) taken.push({ what: 'agent', text: host, before: sameAddress });
      else if (sameName !== undefined) taken.push({ what: 'name', text: name, before: sameName });
      if (settings !== null) {
        targets.push({ name, host, group, ...settings, ssh: { ...settings.ssh, address: host } });
      }
    }
    faults.push(...takenFaults(taken, at, context.lineOf));
  }
  return targets;
}

/** The hosts of one line; none where it is wrong, null where they are more than `cap`. */
function expand(agent: WrittenAgent, cap: number, faults: Fault[]): readonly string[] | null {
  const hosts = (agent.mapped ? readMappedHosts : readHosts)(agent.host, cap);
  if (!hosts.ok) {
    const { message, hint, count } = hosts.error;
    if (count !== undefined) return null;
    const code = agent.host.includes('[') ? 'RANGE_INVALID' : 'HOST_INVALID';
    faults.push({ code, at: hostAt(agent), message: `${message}.`, hint });
    return [];
  }
  if (agent.name === null || hosts.value.length === 1) return hosts.value;
  const message = `The name ${shown(agent.name)} is for one agent, but the host stands for ${hosts.value.length}.`;
  faults.push({
    code: 'WRONG_VALUE',
    at: locate(agent.tree, ['name']),
    message,
    hint: 'Leave the name out: then each agent has its host for a name.',
  });
  return [];
}

function hostAt({ tree, mapped }: WrittenAgent): number {
  return locate(tree, mapped ? ['host'] : []);
}

function tooMany(agent: WrittenAgent): Fault {
  const message = `With ${shown(agent.host)} the inventory has more than ${MOST_AGENTS.toLocaleString('en-US')} agents.`;
  return {
    code: 'TOO_MANY_AGENTS',
    at: hostAt(agent),
    message,
    hint: 'Is there a digit too many in a range?',
  };
}

/** Takes a key; says where it was taken before. */
function claim(taken: Map<string, number>, key: string, at: number): number | undefined {
  const before = taken.get(key);
  if (before === undefined) taken.set(key, at);
  return before;
}

/** One fault for all that the same earlier line has taken: a range may repeat thousands. */
function takenFaults(taken: readonly Taken[], at: number, lineOf: (at: number) => number): readonly Fault[] {
  const groups = Map.groupBy(taken, ({ what, before }) => `${what} ${before}`);
  return Array.from(groups.values(), (group) => {
    const [{ what, before } = { what: 'agent' as const, before: at }] = group;
    const texts = shown(foldNames(group.map(({ text }) => text)));
    const place = before === at ? 'in this line already' : `in line ${lineOf(before)} already`;
    return what === 'agent'
      ? {
          code: 'DUPLICATE_AGENT',
          at,
          message: `The agent ${texts} is ${place}, with the same port.`,
          hint: 'An agent is defined once: at the top level or in one group. Remove it from one of them.',
        }
      : {
          code: 'DUPLICATE_NAME',
          at,
          message: `The name ${texts} is ${place}.`,
          hint: 'Give one of the two a name of its own: { host: 10.0.2.7, name: gpu-7 }.',
        };
  });
}

/** The settings of an agent, or null where the SSH settings, with the port, are broken. What agents share is resolved once. */
function settingsResolver({ top }: WrittenInventory, { where, registries }: Context) {
  const shared = new Map<WrittenGroup | null, ResolvedSettings>();
  return (agent: WrittenAgent): ResolvedSettings | null => {
    const { value, group } = agent;
    const parts = group === null ? [top] : [top, group];
    const layers = parts.flatMap((part) => part.value ?? []);
    if (layers.length < parts.length || value === null) return null;
    if ([...parts, agent].some(({ broken }) => broken.has('ssh'))) return null;
    if (Object.keys(value).length > 0) return resolveSettings([...layers, value], where, registries);
    const known = shared.get(group) ?? resolveSettings(layers, where, registries);
    shared.set(group, known);
    return known;
  };
}
