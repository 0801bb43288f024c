import type { AgentOutcome } from '../../src/domain/outcome.ts';

/** What a stand-in agent does, and how node-prep is to report it. */
const KINDS = {
  healthy: 'ok',
  'rejects the key': 'AUTH_REJECTED',
  'hangs up': 'CONNECTION_LOST',
  'speaks HTTP': 'NOT_SSH',
  'has no docker': 'DOCKER_MISSING',
} as const;
export type Kind = keyof typeof KINDS;

const WRONG: readonly Kind[] = ['rejects the key', 'hangs up', 'speaks HTTP', 'has no docker'];
const EVERY = 100;
const PER_NETWORK = 250;

/** The kind of the stand-in at an address: one in a hundred is wrong, in turn by each of the ways. */
export function kindAt(address: string): Kind {
  const [, , network = 0, host = 0] = address.split('.').map(Number);
  const index = network * PER_NETWORK + host - 1;
  if (index % EVERY !== EVERY - 1) return 'healthy';
  return WRONG[Math.floor(index / EVERY) % WRONG.length] ?? 'healthy';
}

/** So many addresses (a multiple of 250, or less than that), as an inventory writes them. */
export function addressRange(agents: number): string {
  if (agents <= PER_NETWORK) return `127.100.0.[1-${agents}]`;
  return `127.100.[0-${Math.ceil(agents / PER_NETWORK) - 1}].[1-${PER_NETWORK}]`;
}

/** The same, one by one. */
export function addresses(agents: number): string[] {
  return Array.from(
    { length: agents },
    (_, index) => `127.100.${Math.floor(index / PER_NETWORK)}.${(index % PER_NETWORK) + 1}`,
  );
}

/** Outcomes that are not what the stand-in was made for, in words. */
export function surprises(outcomes: readonly AgentOutcome[], agents: number): string[] {
  const found = new Map(outcomes.map((outcome) => [outcome.host, outcome.failure?.code ?? outcome.status]));
  return addresses(agents).flatMap((address) => {
    const kind = kindAt(address);
    const is = found.get(address) ?? 'not reported';
    return is === KINDS[kind] ? [] : [`${address}, which ${kind}: ${is}`];
  });
}
