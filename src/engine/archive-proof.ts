import type { ConfigEntry } from '../domain/credential.ts';
import type { ImageReference } from '../domain/image.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { entryAttempt, interpretUnpack, pullAttempt, unpackVerb } from '../steps/archive-proof.ts';
import type { Means } from '../steps/daemon.ts';
import type { JudgedArchive } from '../steps/judge-archive.ts';
import { type Asked, refusedElsewhere } from '../steps/pull-verdicts.ts';
import type { LoginAttempt, LoginVerdict } from '../steps/verdict.ts';
import type { CheckPlan } from './fleet.ts';
import { follow } from './login.ts';
import { isOver } from './on-agent.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** One thing that a registry is asked for with what the archive holds. */
interface Proof {
  readonly asked: Asked;
  readonly entry: ConfigEntry | null;
  readonly attempt: LoginAttempt;
}

/**
 * Proves the archive by its own bytes: has them unpacked as Mesos' fetcher would, and asks each registry for what the
 * deploy needs from it. No credential of the operator is involved.
 */
export async function proveArchive(
  visit: Visit,
  plan: CheckPlan,
  talk: Talk,
  archive: JudgedArchive,
  means: Means,
): Promise<Failure[]> {
  if (!archive.unpackable) return [];
  const failures: Failure[] = [];
  const unpacked = await talk.ask(unpackVerb());
  if (!unpacked.ok) return [unpacked.error];
  const wrong = interpretUnpack(unpacked.value, { target: visit.target, say: visit.fleet.say });
  if (wrong !== null) failures.push(wrong);
  const without = new Set<string>();
  for (const proof of proofsOf(visit, plan, archive, means)) {
    // Who does not give the manifest is not asked for the image: a wrong password is tried once. Nor does anybody pull
    // with what was not unpacked: the refusal would be taken for one of the credential, everywhere.
    if (without.has(proof.asked.registry) || (wrong && proof.attempt.verb.verb === 'pull')) continue;
    const found = await prove(visit, talk, proof);
    if (found !== null) {
      failures.push(found);
      without.add(proof.asked.registry);
    }
    if (isOver(visit, failures)) break;
  }
  return failures;
}

function proofsOf(
  { target, fleet }: Visit,
  plan: CheckPlan,
  { entries }: JudgedArchive,
  { curl }: Means,
): readonly Proof[] {
  const ctx = { target, say: fleet.say };
  const { image } = plan;
  const proof = (registry: string, of: ImageReference | null, pull: boolean): Proof => {
    const entry = entries.get(registry) ?? null;
    const username = fleet.registries.get(registry)?.username ?? '';
    const asked = { registry, image: of?.written ?? '', username };
    const asking = { asked, entry, curl, ctx };
    // A day and a bit is the most that the script takes.
    const seconds = Math.min(100_000, Math.ceil(plan.pullTimeoutMs / 1_000));
    const attempt = of !== null && pull ? pullAttempt(asking, of, seconds) : entryAttempt(asking, of);
    return { asked, entry, attempt };
  };
  const proofs: Proof[] = [];
  // docker takes an image that lies there already by its digest without asking anybody: then the manifest is asked
  // for too.
  const byDigest = image?.reference.includes(':') === true;
  if (image !== null && (!plan.pull || byDigest)) proofs.push(proof(image.registry, image, false));
  if (image !== null && plan.pull) proofs.push(proof(image.registry, image, true));
  // Where there is no entry, the archive's own failure says so.
  const others = target.registries.filter((name) => name !== image?.registry && entries.has(name));
  return [...proofs, ...others.map((name) => proof(name, null, false))];
}

/** Asks one registry, unless it is known already what it thinks of this credential. */
async function prove(visit: Visit, talk: Talk, proof: Proof): Promise<Failure | null> {
  const { fleet, target } = visit;
  const { asked, entry, attempt } = proof;
  const { registry } = asked;
  const key = fleet.sha256(Buffer.from(JSON.stringify([attempt.verb.verb, asked, entry])));
  // A refused token locks nobody out, and every agent may have one of its own; who shows nothing logs in nowhere.
  const account = entry !== null && entry.identitytoken === undefined ? registry : key;
  const turn = await visit.waitFor('credential-proof', fleet.turns.turn(key, account, visit.givenUp));
  const ctx = { target, say: fleet.say };
  switch (turn.kind) {
    case 'refused':
      return refusedElsewhere(asked, turn, ctx);
    case 'enough':
      return failure('CREDENTIAL_UNPROVEN', 'verify', {
        host: target.host,
        registry,
        username: asked.username,
        kind: 'enough',
        reason:
          'the registry has refused three other credentials that lay on agents, and a fourth could lock the account',
      });
    case 'gone':
      return visit.because(failure('INTERRUPTED', 'verify'));
    case 'proven':
    case 'first':
      break;
  }
  let verdict: LoginVerdict | null = null;
  try {
    verdict = await askInTurn(visit, talk, proof);
  } finally {
    if (turn.kind === 'first') fleet.turns.settle(key, account, learntFrom(verdict, target.name));
  }
  if (verdict.kind === 'proven') return null;
  if (verdict.kind === 'again') throw new Error('a proof ended in the middle of its questions');
  return verdict.kind === 'refused' ? verdict.failure : visit.because(verdict.failure);
}

/** In the fleet's pace: so many at once, and a rest where the registry asks for one. A pull is no login: it takes its time. */
function askInTurn(visit: Visit, talk: Talk, { asked, attempt }: Proof): Promise<LoginVerdict> {
  if (attempt.verb.verb === 'pull') return follow(talk, attempt);
  const { fleet, target } = visit;
  const { registry } = asked;
  let rested = false;
  return fleet.pace.login({
    registry,
    remaining: () => visit.deadline.remaining(),
    attempt() {
      // The outputs take this as the end of the wait.
      if (rested) fleet.emit({ type: 'step-started', agent: target.name, step: 'verify' });
      rested = false;
      return follow(talk, attempt);
    },
    waits: () => {
      rested = true;
      fleet.emit({ type: 'agent-waiting', agent: target.name, for: 'rate-limit' });
    },
    cancelled: visit.givenUp,
  });
}

function learntFrom(verdict: LoginVerdict | null, agent: string) {
  if (verdict?.kind === 'proven') return { kind: 'proven' as const };
  if (verdict?.kind === 'refused') return { kind: 'refused' as const, agent, why: verdict.why ?? 'unknown' };
  // A registry that looks for the image has taken the credential.
  return verdict?.kind === 'failed' && verdict.taken === true ? { kind: 'proven' as const } : null;
}
