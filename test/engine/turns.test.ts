import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTurns, type Learnt, type Turn } from '../../src/engine/turns.ts';

const never = new Promise<void>(() => {});
const REFUSED: Learnt = { kind: 'refused', agent: 'a', why: 'unauthorized' };

describe('of those that hold the same credential one tries it', () => {
  test('the others wait, and hear what came of it', async () => {
    const turns = createTurns();
    expect(await turns.turn('k', 'r', never)).toEqual({ kind: 'first' });
    const others = [turns.turn('k', 'r', never), turns.turn('k', 'r', never)];
    turns.settle('k', 'r', REFUSED);
    expect(await Promise.all(others)).toEqual([REFUSED, REFUSED]);
    expect(await turns.turn('k', 'r', never)).toEqual(REFUSED);
  });

  test('where nothing was learnt the next ones try', async () => {
    const turns = createTurns();
    await turns.turn('k', 'r', never);
    const second = turns.turn('k', 'r', never);
    const third = turns.turn('k', 'r', never);
    turns.settle('k', 'r', null);
    expect(await second).toEqual({ kind: 'first' });
    expect(await third).toEqual({ kind: 'first' });
  });

  test('and after that three at once: an agent that reaches nothing does not hold up the rest one by one', async () => {
    const turns = createTurns();
    await turns.turn('k', 'r', never);
    const others = Array.from({ length: 5 }, () => turns.turn('k', 'r', never));
    turns.settle('k', 'r', null);
    expect(await Promise.all(others.slice(0, 3))).toEqual(Array(3).fill({ kind: 'first' }));
    turns.settle('k', 'r', REFUSED);
    expect(await Promise.all(others.slice(3))).toEqual([REFUSED, REFUSED]);
  });

  test('one that is given up while it waits passes its turn on', async () => {
    const turns = createTurns();
    await turns.turn('k', 'r', never);
    const gaveUp = Promise.withResolvers<void>();
    const second = turns.turn('k', 'r', gaveUp.promise);
    const third = turns.turn('k', 'r', never);
    gaveUp.resolve();
    expect(await second).toEqual({ kind: 'gone' });
    turns.settle('k', 'r', null);
    expect(await third).toEqual({ kind: 'first' });
  });

  test('after three refusals of one account no other credential of it is tried, but another account is', async () => {
    const turns = createTurns();
    for (const key of ['a', 'b', 'c']) {
      expect(await turns.turn(key, 'r', never)).toEqual({ kind: 'first' });
      turns.settle(key, 'r', REFUSED);
    }
    expect(await turns.turn('d', 'r', never)).toEqual({ kind: 'enough' });
    expect(await turns.turn('d', 'other', never)).toEqual({ kind: 'first' });
  });
});

test('whatever happens, nobody waits for ever, and no account is refused more than three times', async () => {
  const agent = fc.record({
    key: fc.integer({ min: 0, max: 5 }),
    ends: fc.constantFrom<'proven' | 'refused' | 'nothing'>('proven', 'refused', 'nothing'),
    givesUp: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(agent, { maxLength: 30 }), async (agents) => {
      const turns = createTurns();
      const tried = new Map<string, number>();
      const work = async ({ key, ends, givesUp }: (typeof agents)[number], index: number): Promise<Turn> => {
        const name = String(key);
        const turn = await turns.turn(name, 'r', givesUp ? Promise.resolve() : never);
        if (turn.kind !== 'first') return turn;
        await Promise.resolve();
        if (ends === 'refused') tried.set(name, (tried.get(name) ?? 0) + 1);
        const learnt: Learnt | null =
          ends === 'nothing'
            ? null
            : ends === 'proven'
              ? { kind: ends }
              : { kind: ends, agent: `a${index}`, why: 'unauthorized' };
        turns.settle(name, 'r', learnt);
        return turn;
      };
      const all = await Promise.all(agents.map(work));
      expect(all).toHaveLength(agents.length);
      const refused = [...tried.values()].reduce((sum, count) => sum + count, 0);
      expect(refused).toBeLessThanOrEqual(3);
    }),
  );
});
