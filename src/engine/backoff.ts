import type { Failure } from '../errors/failure.ts';

/**
 * Milliseconds before each further try at an agent that could not be reached. sshd's MaxStartups and
 * PerSourcePenalties pass in seconds, so a busy server has the most patience; a connection that broke or was refused
 * may be an sshd that restarts. Silence is not tried again: TCP itself has repeated its first packet within
 * connectTimeout (tcp(7), tcp_syn_retries), and a fleet with dead agents should not take twice as long.
 */
const WAITS: Readonly<Partial<Record<Failure['code'], readonly number[]>>> = {
  SERVER_BUSY: [500, 1_000, 2_000, 4_000, 8_000],
  CONNECTION_LOST: [500, 2_000],
  CONNECTION_REFUSED: [1_000],
  HOST_UNRESOLVED: [1_000],
  JUMP_FAILED: [1_000, 3_000],
};

/**
 * How long to wait before the agent is tried again, after `tries` tries; null: it is not tried again. `random`, from 0
 * to 1, spreads the agents of a fleet over time: from half the wait to one and a half.
 */
export function backoff({ code, retryable }: Failure, tries: number, random: number): number | null {
  const wait = WAITS[code]?.[tries - 1];
  return wait === undefined || !retryable ? null : Math.round(wait * (0.5 + random));
}
