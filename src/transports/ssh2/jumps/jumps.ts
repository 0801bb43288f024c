import type { Hop } from '../../../domain/target.ts';
import type { Failure } from '../../../errors/failure.ts';
import { err, type Result } from '../../../lib/result.ts';
import type { Connection } from '../connection/connection.ts';
import { jumpFailed } from './jump-failure.ts';

/** Connects to the last of a chain of hops, through those before it. Never rejects. */
export type ConnectHop = (
  hop: Hop,
  before: readonly Hop[],
  signal: AbortSignal,
) => Promise<Result<Connection, Failure>>;

/** The jump hosts of a run: each way to one is connected once, for all agents behind it. */
export interface Jumps {
  /**
   * The connection to the last hop. It may be shared, and is nobody's to close; whoever needs it says so (`need`). An
   * error is JUMP_FAILED, and the answer to all who wait; those who come later cause a new attempt, but not where
   * trying again cannot help. Never rejects.
   */
  through(hops: readonly Hop[]): Promise<Result<Connection, Failure>>;
  /** Aborts what is under way and closes what is open. */
  close(): Promise<void>;
}

export function createJumps(connectHop: ConnectHop): Jumps {
  const ways = new Map<string, Promise<Result<Connection, Failure>>>();
  const open = new Set<Connection>();
  const abort = new AbortController();

  async function connect(id: string, hops: readonly Hop[]): Promise<Result<Connection, Failure>> {
    const hop = hops[hops.length - 1];
    if (hop === undefined) throw new Error('a way through nothing');
    const connected = await connectHop(hop, hops.slice(0, -1), abort.signal);
    if (!connected.ok) {
      const failure = jumpFailed(hop, connected.error);
      if (failure.retryable) ways.delete(id);
      return err(failure);
    }
    const connection = connected.value;
    // Nobody is there any more to use or to close it.
    if (abort.signal.aborted) void connection.close();
    open.add(connection);
    connection.onEnd(() => {
      open.delete(connection);
      ways.delete(id);
    });
    // From now on only the agents behind it keep the process alive.
    connection.need(-1);
    return connected;
  }
  return {
    through(hops) {
      // All that matters to a connection, of the whole way to it.
      const id = JSON.stringify(hops.map(({ host, port, ssh }) => ({ host, port, ...ssh, written: null })));
      const way = ways.get(id) ?? connect(id, hops);
      ways.set(id, way);
      return way;
    },
    async close() {
      abort.abort('interrupt');
      // The furthest first: what it says leaves through those before it.
      await Promise.all([...open].reverse().map((connection) => connection.close()));
    },
  };
}
