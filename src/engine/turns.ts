/** What is known of a credential that lies on several agents. */
export type Learnt =
  | { readonly kind: 'proven' }
  | {
      readonly kind: 'refused';
      readonly agent: string;
      /** How it was refused, in a word of the catalogue. */
      readonly why: string;
    };

/** May this agent try it, or what is known already? `enough`: too many others were refused; `gone`: it was given up. */
export type Turn = { readonly kind: 'first' } | Learnt | { readonly kind: 'enough' | 'gone' };

/**
 * So that a wrong password that lies on a thousand agents does not become a thousand failed logins: of those that
 * hold the same credential one tries it, and the others hear what came of it.
 */
export interface Turns {
  /**
   * `account` is what a registry may lock: it sees three refused credentials at most, and so no more than are left of
   * three are tried at once.
   */
  turn(key: string, account: string, cancelled: Promise<void>): Promise<Turn>;
  /** Ends a `first`; null where nothing was learnt, so that the next one tries. */
  settle(key: string, account: string, learnt: Learnt | null): void;
}

/** Registries lock an account after some five failed logins; different stale passwords of one account are rare. */
const REFUSALS = 3;

interface Waiter {
  readonly key: string;
  readonly account: string;
  wake(turn: Turn): void;
}

export function createTurns(): Turns {
  const known = new Map<string, Learnt>();
  const trying = new Map<string, number>();
  /** Keys of which somebody has tried, and learnt nothing. */
  const open = new Set<string>();
  const refused = new Map<string, number>();
  const underWay = new Map<string, number>();
  let waiters: readonly Waiter[] = [];
  const count = (map: Map<string, number>, account: string, more: number) =>
    map.set(account, (map.get(account) ?? 0) + more);

  /** What can be said now; null for wait. */
  function decide({ key, account }: Waiter): Turn | null {
    const learnt = known.get(key);
    if (learnt !== undefined) return learnt;
    const refusals = refused.get(account) ?? 0;
    if (refusals >= REFUSALS) return { kind: 'enough' };
    // Where the first one learnt nothing (it cannot reach the registry), as many try at once as may be refused.
    const atOnce = open.has(key) ? REFUSALS : 1;
    if ((trying.get(key) ?? 0) >= atOnce || refusals + (underWay.get(account) ?? 0) >= REFUSALS) return null;
    count(trying, key, 1);
    count(underWay, account, 1);
    return { kind: 'first' };
  }

  function pump() {
    waiters = waiters.filter((waiter) => {
      const turn = decide(waiter);
      if (turn !== null) waiter.wake(turn);
      return turn === null;
    });
  }

  return {
    turn: (key, account, cancelled) =>
      new Promise((wake) => {
        const waiter: Waiter = { key, account, wake };
        waiters = [...waiters, waiter];
        pump();
        if (!waiters.includes(waiter)) return;
        void cancelled.then(() => {
          waiters = waiters.filter((other) => other !== waiter);
          wake({ kind: 'gone' });
        });
      }),
    settle(key, account, learnt) {
      count(trying, key, -1);
      count(underWay, account, -1);
      if (learnt === null) open.add(key);
      else known.set(key, learnt);
      if (learnt?.kind === 'refused') count(refused, account, 1);
      pump();
    },
  };
}
