import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/domain/outcome.ts';
import type { Talk } from '../../src/engine/talk.ts';
import { createVerification } from '../../src/engine/verify.ts';
import type { Visit } from '../../src/engine/visit.ts';
import { failure } from '../../src/errors/failure.ts';
import { err, ok } from '../../src/lib/result.ts';
import type { CheckAnswer } from '../../src/remote/answer.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { target } from '../support/fleet-samples.ts';

type Said = { readonly index: number } & Partial<CheckAnswer>;

const CHECKS = [
  { id: 'runner', command: 'ps -Aef | grep -q ./runner', expect: 'runnable', timeoutMs: 20_000 },
  { id: 'dockerd', command: 'ps -Aef | grep -q dockerd', expect: 'pass', timeoutMs: 20_000 },
  { id: 'docker', command: 'docker ps -a', expect: 'pass', timeoutMs: 20_000 },
] as const;
const LOST = failure('CONNECTION_LOST', 'verify', { host: 'a1.example.com' });
const DOCKER: Said = { index: 2 };

/** Runs the checks on an agent that answers each verb with the next of `rounds`; null: the connection breaks then. */
async function verify(...rounds: readonly (readonly (Said | null)[])[]) {
  const verbs: Verb[] = [];
  const told: string[] = [];
  const checks: CheckResult[] = [];
  const log = { start() {}, end() {}, check: ({ id }: CheckResult) => told.push(id) };
  const fleet = { say: () => '', random: (length: number) => 'q'.repeat(length) };
  const visit = { target: target('a1', { checks: CHECKS }), fleet, log, checks } as unknown as Visit;
  const verification = createVerification(visit);
  const talk = {
    async ask(verb: Verb) {
      const round = rounds[verbs.length] ?? [];
      verbs.push(verb);
      for (const said of round) {
        if (said === null) return err(LOST);
        verification.onCheck({
          ...{ exitCode: 0, timedOut: false, controlCode: null, alive: null, missing: [] },
          output: new Uint8Array(),
          ...said,
        });
      }
      return ok({ verb: 'verify', fields: new Map(), texts: new Map(), checks: [] });
    },
  } as unknown as Talk;
  const failures = await verification.run(talk);
  return {
    told,
    failures: failures.map(({ code }) => code),
    results: checks.map(({ id, verdict, vacuous }) => `${id} ${verdict} ${vacuous}`),
    controls: verbs.map((verb) => (verb.verb === 'verify' ? verb.checks.map(({ control }) => control) : [])),
  };
}

const CONTROL = 'ps -Aef | grep -q qqqqqqqqqq';

describe('commands that differ in nothing but their pattern share a control', () => {
  test('which is run once, and counts for all of them', async () => {
    const vacuous = await verify([DOCKER, { index: 1, controlCode: 0, alive: 'yes' }, { index: 0 }]);
    expect(vacuous.controls).toEqual([[null, CONTROL, null]]);
    expect(vacuous.results).toEqual(['runner pass true', 'dockerd pass true', 'docker pass null']);
    expect([vacuous.told, vacuous.failures]).toEqual([['docker', 'dockerd', 'runner'], []]);
    const telling = await verify([DOCKER, { index: 1, controlCode: 1 }, { index: 0 }]);
    expect(telling.results).toEqual(['runner pass false', 'dockerd pass false', 'docker pass null']);
  });

  test('a check that needs it is told when it is there; one that said no at once', async () => {
    const waits = await verify([{ index: 0 }, DOCKER, { index: 1, controlCode: 0, alive: 'yes' }]);
    expect(waits.told).toEqual(['docker', 'dockerd', 'runner']);
    const no = await verify([{ index: 0, exitCode: 1 }, DOCKER, { index: 1, controlCode: 1 }]);
    expect(no.told).toEqual(['runner', 'docker', 'dockerd']);
    expect(no.results[0]).toBe('runner pass false');
  });

  test.each([
    ['the one that was to lend it said no', { exitCode: 1 }, 'dockerd fail false'],
    ['it hung there', { controlCode: 'timed-out', alive: 'yes' }, 'dockerd pass null'],
    ['the one that was to lend it hung', { exitCode: 137, timedOut: true }, 'dockerd timeout null'],
  ] as const)('%s: the other is asked again, with its own', async (_, lender, expected) => {
    const own: Said = { index: 0, controlCode: 0 };
    const { controls, results, told } = await verify([{ index: 0 }, { index: 1, ...lender }, DOCKER], [own]);
    expect(controls).toEqual([[null, CONTROL, null], [CONTROL]]);
    expect(results).toEqual(['runner pass true', expected, 'docker pass null']);
    expect(told).toEqual(['dockerd', 'docker', 'runner']);
  });

  test('the connection breaks: what was said counts, without a control', async () => {
    const first = await verify([{ index: 0 }, null]);
    expect(first.results).toEqual(['runner pass null', 'dockerd not-run null', 'docker not-run null']);
    expect(first.failures).toEqual(['CONNECTION_LOST']);
    expect(first.controls.length).toBe(1);
    const second = await verify([{ index: 0 }, { index: 1, exitCode: 1 }, DOCKER], [null]);
    expect(second.results).toEqual(['runner pass null', 'dockerd fail false', 'docker pass null']);
    expect(second.failures).toEqual(['CHECK_FAILED', 'CONNECTION_LOST']);
  });

  test('an agent that answers what it was not asked, or twice, changes nothing', async () => {
    const { results, failures, told } = await verify([
      ...[{ index: 7 }, { index: 2, exitCode: 1 }, DOCKER],
      ...([{ index: 1, controlCode: 0, alive: 'yes' }, { index: 1, exitCode: 1 }, { index: 0 }] as const),
    ]);
    expect(results).toEqual(['runner pass true', 'dockerd pass true', 'docker fail null']);
    expect([failures, told]).toEqual([['CHECK_FAILED'], ['docker', 'dockerd', 'runner']]);
  });
});
