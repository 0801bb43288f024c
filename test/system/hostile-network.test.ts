import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SshSpec } from '../../src/domain/target.ts';
import { phaseOf } from '../../src/errors/catalogue.ts';
import { createSsh2Transport } from '../../src/transports/ssh2/transport.ts';
import type { Transport } from '../../src/transports/transport.ts';
import { probe, type Verdict } from '../support/probe.ts';
import { randomBytesOf } from '../support/random.ts';
import { after, type Link, type Passage, type Passages, replaced, startRelay } from '../support/relay.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { describeSystem } from './support/parts.ts';

type Way = keyof Passages;
type Verdicts = readonly (readonly [count: number, verdict: Verdict])[];

/** How many connections are made at a time. */
const WIDTH = 16;
const STEP = 200;
/** The last message of this side, SSH_MSG_DISCONNECT, takes about so many bytes with aes128-gcm. */
const GOODBYE = 52;
const IMPATIENT = { connectTimeoutMs: 2_000, keepAliveMs: 300 };

describeSystem('a short exchange with a real sshd, over a network that does its worst', () => {
  let sshd: Sshd;
  let transport: Transport;
  let key = '';
  let hostKey = '';
  /** How many bytes an undisturbed exchange has, each way. */
  const whole = { up: 0, down: 0 };

  async function over(passages: () => Passages, spec: Partial<SshSpec> = {}): Promise<Verdict> {
    const relay = await startRelay(sshd, passages);
    try {
      const knownHosts = join(sshd.folder, `known-${relay.port}`);
      await writeFile(knownHosts, `[${relay.host}]:${relay.port} ${hostKey}\n`);
      const target = makeTarget(relay.host, relay.port, {
        identityFiles: [key],
        knownHosts: [knownHosts],
        ...spec,
      });
      return await probe(transport, target);
    } finally {
      await relay.stop();
    }
  }

  beforeAll(async () => {
    sshd = await startSshd(['ed25519'], ['MaxStartups 100']);
    transport = createSsh2Transport({ agentSocket: null });
    key = await sshd.authorize('user', ['-t', 'ed25519']);
    hostKey = (await sshd.knownHostsLine('ed25519')).split(' ').slice(1).join(' ');
    const count = (way: Way): Passage => {
      whole[way] = 0;
      return (bytes) => {
        whole[way] += bytes.length;
        return bytes;
      };
    };
    expect(await over(() => ({ up: count('up'), down: count('down') }))).toBe('whole');
    expect(Math.min(whole.up, whole.down)).toBeGreaterThan(1_500);
  });
  afterAll(async () => {
    await transport?.close();
    await sshd?.stop();
  });

  /** The verdict for each number of bytes after which something happens, in order. */
  async function atEvery(
    way: Way,
    passageAt: (count: number) => Passage,
    spec: Partial<SshSpec> = {},
  ): Promise<Verdicts> {
    // And once in the midst of the goodbye, which none of these may hit.
    const goodbye = whole[way] - GOODBYE / 2;
    const every = Array.from({ length: Math.ceil(whole[way] / STEP) }, (_, index) => index * STEP);
    const counts = [...every.filter((count) => count < goodbye), goodbye];
    const verdicts: [number, Verdict][] = [];
    async function work(): Promise<void> {
      for (let count = counts.shift(); count !== undefined; count = counts.shift()) {
        const passage = passageAt(count);
        try {
          verdicts.push([count, await over(() => ({ [way]: passage }), spec)]);
        } catch (error) {
          throw new Error(`after ${count} of ${whole[way]} bytes ${way}`, { cause: error });
        }
      }
    }
    await Promise.all(Array.from({ length: WIDTH }, work));
    return verdicts.sort(([a], [b]) => a - b);
  }

  const ways = [
    ['up', 'on the way to the server'],
    ['down', 'on the way to the client'],
  ] as const;
  const cuts = ways.flatMap(([way, where]) =>
    [['end', 'closed'] as const, ['reset', 'reset'] as const].map(
      ([fate, how]) => [how, where, way, fate] as const,
    ),
  );

  test.each<readonly [string, string, Way, keyof Link]>(cuts)(
    `%s after every ${STEP}th byte %s, it is lost or whole, and told so at once`,
    async (_how, _where, way, fate) => {
      const verdicts = await atEvery(way, (count) => after(count, fate));
      const order: readonly Verdict[] = ['CONNECTION_LOST', 'lost', 'whole'];
      const stages = verdicts.map(([, verdict]) => order.indexOf(verdict));
      expect(stages, JSON.stringify(verdicts)).toEqual([...stages].sort());
      expect(stages).not.toContain(-1);
      expect(verdicts[0]).toEqual([0, 'CONNECTION_LOST']);
    },
  );

  test.each(ways)(`with silence after every ${STEP}th byte %s, it ends in time`, async (way) => {
    const verdicts = await atEvery(way, (count) => after(count, 'mute'), IMPATIENT);
    const fair: readonly Verdict[] = ['CONNECTION_TIMED_OUT', 'CONNECTION_LOST', 'lost', 'whole'];
    expect(verdicts.filter(([, verdict]) => !fair.includes(verdict))).toEqual([]);
    expect(verdicts[0]).toEqual([0, 'CONNECTION_TIMED_OUT']);
    // Some come past the login; whether the last bytes still matter then depends on what they are gathered with.
    expect(verdicts.some(([, verdict]) => ['lost', 'whole'].includes(verdict))).toBe(true);
    wholeOnlyAtTheEnd(way, verdicts);
  });

  test.each(ways)(`with other bytes from every ${STEP}th on %s, it never comes out well`, async (way) => {
    const random = randomBytesOf(way.length);
    const verdicts = await atEvery(way, (count) => replaced(count, random(24)), IMPATIENT);
    const unfair = verdicts.filter(([, verdict]) => {
      if (verdict === 'lost' || verdict === 'whole') return false;
      // What is changed on the way is no refusal: that would never be tried again.
      return verdict === 'AUTH_REJECTED' || !['reach', 'trust'].includes(phaseOf(verdict));
    });
    expect(unfair).toEqual([]);
    wholeOnlyAtTheEnd(way, verdicts);
  });

  /** The last messages only say goodbye: what happens to them is of no interest. */
  function wholeOnlyAtTheEnd(way: Way, verdicts: Verdicts): void {
    const early = verdicts.filter(([count, verdict]) => verdict === 'whole' && count < whole[way] - 2 * STEP);
    expect(early).toEqual([]);
  }

  test('with every second byte on the way to the client missing, it never comes out well', async () => {
    const halved: Passage = (bytes) => bytes.filter((_, index) => index % 2 === 0) as Buffer;
    const verdict = await over(() => ({ down: halved }), IMPATIENT);
    expect(['CONNECTION_LOST', 'NOT_SSH', 'CONNECTION_TIMED_OUT']).toContain(verdict);
  });
});
