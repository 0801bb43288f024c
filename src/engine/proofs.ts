/** What an agent that needs a credential may do now: prove it for all, use it, or stop. */
export type Turn = 'prove' | 'proven' | 'stopped';

/** How the agent whose turn it was ended it. `passed`: its own trouble, which says nothing about the credential. */
export type ProofVerdict = 'proven' | 'refused' | 'passed';

/**
 * Each credential is proven once in a run, by the first agent that is ready and needs it; the others wait.
 * So a wrong password is tried on one agent, once, and never becomes a thousand failed logins. Used for
 * registries, and for the passwords of SSH and sudo.
 */
export interface Proofs {
  /** Waits until the credential is proven, refused, or this agent's to prove. After `prove`, `settle` is owed. */
  turn(credential: string, agent: string): Promise<Turn>;
  settle(credential: string, verdict: ProofVerdict): void;
  /** A proven one was refused by an agent that only used it: nobody else gets to use it any more. */
  refused(credential: string): void;
  /** The agent proves nothing any more (it has ended, or failed before its turn). Harmless to repeat. */
  ended(agent: string): void;
  /**
   * For an agent that cannot prove the credential itself, but may use it once another one has: gives up its turn, if
   * it has it, and waits for the others. `nobody`: there is none left who could.
   */
  leave(credential: string, agent: string): Promise<'proven' | 'stopped' | 'nobody'>;
  /** Waits until every credential is proven, or has nobody left who could prove it; `stopped` after any refusal. */
  all(): Promise<'proven' | 'stopped'>;
  /** Wakes everybody who waits, with `stopped`. */
  stop(): void;
  /** Credentials that nobody at work can prove, though agents that have not started could. */
  starved(started: ReadonlySet<string>): readonly string[];
}

interface Credential {
  state: 'open' | 'proving' | 'proven' | 'refused';
  /** Whose turn it is, while `proving`. */
  prover: string | null;
  /** Agents that may still prove it. */
  readonly candidates: Set<string>;
  queue: { readonly agent: string; readonly wake: (turn: Turn) => void }[];
}

/** `needs`: per credential, the agents that need it. */
export function createProofs(needs: ReadonlyMap<string, readonly string[]>): Proofs {
  const credentials = new Map<string, Credential>();
  for (const [name, agents] of needs) {
    credentials.set(name, { state: 'open', prover: null, candidates: new Set(agents), queue: [] });
  }
  /** Who waits for a state of things: each looks again whenever it changes, and says whether it is done. */
  const waiters = new Set<() => boolean>();
  let stopped = false;

  function settledFor(credential: Credential): boolean {
    return credential.state === 'proven' || (credential.state === 'open' && credential.candidates.size === 0);
  }
  function wakeWaiters() {
    for (const done of waiters) if (done()) waiters.delete(done);
  }
  /** Waits until `look` gives something. */
  function until<T>(look: () => T | null): Promise<T> {
    return new Promise((wake) => {
      const done = () => {
        const end = look();
        if (end !== null) wake(end);
        return end !== null;
      };
      if (!done()) waiters.add(done);
    });
  }
  function wakeAll(credential: Credential, turn: Turn) {
    for (const { wake } of credential.queue.splice(0)) wake(turn);
  }
  function next(credential: Credential) {
    const waiting = credential.queue.shift();
    credential.state = waiting === undefined ? 'open' : 'proving';
    credential.prover = waiting?.agent ?? null;
    waiting?.wake('prove');
  }
  function find(name: string): Credential {
    const credential = credentials.get(name);
    if (credential === undefined) throw new Error(`nobody was said to need the credential ${name}`);
    return credential;
  }

  return {
    turn(name, agent) {
      const credential = find(name);
      if (stopped || credential.state === 'refused') return Promise.resolve('stopped');
      if (credential.state === 'proven') return Promise.resolve('proven');
      if (credential.state === 'open') {
        credential.state = 'proving';
        credential.prover = agent;
        return Promise.resolve('prove');
      }
      return new Promise((wake) => credential.queue.push({ agent, wake }));
    },
    settle(name, verdict) {
      const credential = find(name);
      // Given back already: its agent had ended.
      if (credential.state !== 'proving') return;
      if (verdict === 'passed') next(credential);
      else credential.state = verdict;
      if (verdict === 'proven') wakeAll(credential, 'proven');
      if (verdict === 'refused') wakeAll(credential, 'stopped');
      wakeWaiters();
    },
    refused(name) {
      find(name).state = 'refused';
      wakeWaiters();
    },
    ended(agent) {
      for (const credential of credentials.values()) {
        credential.candidates.delete(agent);
        credential.queue = credential.queue.filter((waiting) => waiting.agent !== agent);
        if (credential.state === 'proving' && credential.prover === agent) next(credential);
      }
      wakeWaiters();
    },
    leave(name, agent) {
      const credential = find(name);
      credential.candidates.delete(agent);
      wakeWaiters();
      return until(() => {
        if (stopped || credential.state === 'refused') return 'stopped';
        if (credential.state === 'proven') return 'proven';
        return settledFor(credential) ? 'nobody' : null;
      });
    },
    all() {
      return until(() => {
        const all = [...credentials.values()];
        if (stopped || all.some(({ state }) => state === 'refused')) return 'stopped';
        return all.every(settledFor) ? 'proven' : null;
      });
    },
    stop() {
      stopped = true;
      for (const credential of credentials.values()) wakeAll(credential, 'stopped');
      wakeWaiters();
    },
    starved(started) {
      return [...credentials]
        .filter(
          ([, { state, candidates }]) =>
            state === 'open' && candidates.size > 0 && candidates.isDisjointFrom(started),
        )
        .map(([name]) => name);
    },
  };
}
