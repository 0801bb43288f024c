import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createProofs, type ProofVerdict, type Turn } from '../../src/engine/proofs.ts';

const flush = () => new Promise((wake) => setImmediate(wake));

function proofsFor(...agents: string[]) {
  return createProofs(new Map([['registry', agents]]));
}

describe('a credential is proven once, by the first agent that is ready', () => {
  test('the first agent proves it and the others wait', async () => {
    const proofs = proofsFor('a', 'b');
    const turns: string[] = [];
    expect(await proofs.turn('registry', 'a')).toBe('prove');
    void proofs.turn('registry', 'b').then((turn) => turns.push(turn));
    await flush();
    expect(turns).toEqual([]);
    proofs.settle('registry', 'proven');
    await flush();
    expect(turns).toEqual(['proven']);
  });

  test('one that is refused after its proof is given to nobody any more', async () => {
    const proofs = proofsFor('a', 'b', 'c');
    await proofs.turn('registry', 'a');
    proofs.settle('registry', 'proven');
    expect(await proofs.turn('registry', 'b')).toBe('proven');
    proofs.refused('registry');
    expect(await proofs.turn('registry', 'c')).toBe('stopped');
    expect(await proofs.all()).toBe('stopped');
  });

  test("an agent's own trouble passes the turn to the next", async () => {
    const proofs = proofsFor('a', 'b');
    await proofs.turn('registry', 'a');
    const b = proofs.turn('registry', 'b');
    proofs.settle('registry', 'passed');
    expect(await b).toBe('prove');
  });

  test('a refusal stops everybody who needs it', async () => {
    const proofs = proofsFor('a', 'b', 'c');
    await proofs.turn('registry', 'a');
    const b = proofs.turn('registry', 'b');
    proofs.settle('registry', 'refused');
    expect(await b).toBe('stopped');
    expect(await proofs.turn('registry', 'c')).toBe('stopped');
    expect(await proofs.all()).toBe('stopped');
  });

  test('nothing is installed before every credential of the run is proven', async () => {
    const proofs = createProofs(
      new Map([
        ['one', ['a']],
        ['two', ['b']],
      ]),
    );
    let end: string | null = null;
    void proofs.all().then((found) => {
      end = found;
    });
    await proofs.turn('one', 'a');
    proofs.settle('one', 'proven');
    await flush();
    expect(end).toBeNull();
    await proofs.turn('two', 'b');
    proofs.settle('two', 'proven');
    await flush();
    expect(end).toBe('proven');
  });

  test('a credential that nobody can prove any more holds nobody up', async () => {
    const proofs = createProofs(
      new Map([
        ['one', ['a']],
        ['two', ['b']],
      ]),
    );
    await proofs.turn('one', 'a');
    proofs.settle('one', 'proven');
    const all = proofs.all();
    proofs.ended('b');
    expect(await all).toBe('proven');
  });

  test('an agent that cannot prove it leaves it to the others, and hears what came of it', async () => {
    const proofs = proofsFor('a', 'b');
    await proofs.turn('registry', 'a');
    proofs.settle('registry', 'passed');
    const a = proofs.leave('registry', 'a');
    expect(await proofs.turn('registry', 'b')).toBe('prove');
    proofs.settle('registry', 'proven');
    expect(await a).toBe('proven');
  });

  test('when nobody is left who could prove it, the one who waits for others hears that', async () => {
    const proofs = proofsFor('a', 'b');
    const a = proofs.leave('registry', 'a');
    proofs.ended('b');
    expect(await a).toBe('nobody');
  });

  test('a turn that falls to an agent that has ended goes to the next one', async () => {
    const proofs = proofsFor('a', 'b', 'c', 'd');
    await proofs.turn('registry', 'a');
    void proofs.turn('registry', 'b');
    const c = proofs.turn('registry', 'c');
    const d = proofs.turn('registry', 'd');
    proofs.ended('b');
    proofs.settle('registry', 'passed');
    expect(await c).toBe('prove');
    proofs.ended('c');
    expect(await d).toBe('prove');
    // What the one that ended says of it comes too late.
    proofs.settle('registry', 'proven');
    expect(await proofs.all()).toBe('proven');
  });

  test('a credential is starved while nobody who could prove it has been started', async () => {
    const proofs = createProofs(
      new Map([
        ['one', ['a']],
        ['two', ['b', 'c']],
      ]),
    );
    expect(proofs.starved(new Set())).toEqual(['one', 'two']);
    expect(proofs.starved(new Set(['a']))).toEqual(['two']);
    expect(proofs.starved(new Set(['a', 'b']))).toEqual([]);
    proofs.ended('b');
    expect(proofs.starved(new Set(['a', 'b']))).toEqual(['two']);
  });
});

test('whatever the order and the verdicts, one at a time proves, and everybody gets an answer', async () => {
  const verdict = fc.constantFrom<ProofVerdict>('proven', 'refused', 'passed');
  await fc.assert(
    fc.asyncProperty(fc.array(verdict, { minLength: 1, maxLength: 12 }), async (verdicts) => {
      const agents = verdicts.map((_, index) => `agent-${index}`);
      const proofs = proofsFor(...agents);
      let proving = 0;
      const turns: Turn[] = await Promise.all(
        agents.map(async (agent, index) => {
          const turn = await proofs.turn('registry', agent);
          if (turn === 'prove') {
            proving += 1;
            expect(proving).toBe(1);
            await flush();
            proving -= 1;
            proofs.settle('registry', verdicts[index] ?? 'passed');
          }
          proofs.ended(agent);
          return turn;
        }),
      );
      const end = verdicts.findIndex((found) => found !== 'passed');
      const tried = end === -1 ? verdicts.length : end + 1;
      expect(turns.filter((turn) => turn === 'prove')).toHaveLength(tried);
      expect(
        turns.slice(tried).every((turn) => turn === (verdicts[end] === 'proven' ? 'proven' : 'stopped')),
      ).toBe(true);
      expect(await proofs.all()).toBe(verdicts[end] === 'refused' ? 'stopped' : 'proven');
    }),
  );
});
