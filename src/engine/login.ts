import { passwordEntry } from '../credential/entry.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import type { RegistrySpec } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { DockerFacts } from '../steps/docker.ts';
import { type LoginAttempt, type LoginVerdict, loginAttempt } from '../steps/login.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** Proves the credential of each registry that the agent's archive will hold; gives their config.json entries. */
export async function logIn(
  visit: Visit,
  talk: Talk,
  docker: DockerFacts,
): Promise<Result<ConfigEntry[], Failure>> {
  const entries: ConfigEntry[] = [];
  for (const name of visit.target.registries) {
    const registry = visit.fleet.registries.get(name);
    if (registry === undefined) throw new Error(`the registry ${name} is not in the inventory`);
    const entry = await logInTo(visit, talk, docker, registry);
    if (!entry.ok) return entry;
    entries.push(entry.value);
  }
  return ok(entries);
}

async function logInTo(
  visit: Visit,
  talk: Talk,
  docker: DockerFacts,
  registry: RegistrySpec,
): Promise<Result<ConfigEntry, Failure>> {
  const { fleet, target } = visit;
  const { name } = registry;
  const secret = fleet.secrets.get(name);
  if (secret === undefined) throw new Error(`the secret of ${name} was not read`);

  const turn = await visit.waitFor('credential-proof', fleet.proofs.turn(name, target.name));
  if (turn === 'stopped') return err(stopped(visit));
  const enough = turn === 'proven' && (fleet.dryRun || registry.proof === 'once');
  if (enough) return ok(passwordEntry(name, registry.username, secret));

  const first = loginAttempt({ registry, secret, docker, ctx: { target, say: fleet.say } });
  if (!first.ok) {
    // This agent has no way to prove anything. Where one proof is enough, another agent's will do.
    fleet.proofs.ended(target.name);
    const other =
      registry.proof === 'once' &&
      (await visit.waitFor('credential-proof', fleet.proofs.leave(name, target.name)));
    if (other === 'stopped') return err(stopped(visit));
    return other === 'proven' ? ok(passwordEntry(name, registry.username, secret)) : first;
  }
  const again = first.value;
  let rested = false;
  async function attempt(): Promise<LoginVerdict> {
    // The outputs take this as the end of the wait.
    if (rested) fleet.emit({ type: 'step-started', agent: target.name, step: 'login' });
    rested = false;
    if (fleet.refusals.stopped(name)) return { kind: 'failed', failure: stopped(visit) };
    const found = await follow(talk, again);
    // Counted before the next one gets this place.
    if (turn === 'proven' && found.kind === 'refused') fleet.refusals.count(registry);
    return found;
  }
  let verdict: LoginVerdict | null = null;
  try {
    verdict = await fleet.pace.login({
      registry: name,
      remaining: () => visit.deadline.remaining(),
      attempt,
      waits: () => {
        rested = true;
        fleet.emit({ type: 'agent-waiting', agent: target.name, for: 'rate-limit' });
      },
      cancelled: visit.givenUp,
    });
    if (verdict.kind === 'proven') return ok(verdict.entry);
    // Its own failure, before what that does to the run gives this agent up too.
    return err(verdict.kind === 'refused' ? verdict.failure : visit.because(failureOf(verdict)));
  } finally {
    if (turn === 'prove') settleProof(visit, registry, verdict);
  }
}

/** The credential's one proof has ended: everybody else goes on, stops, or the next one tries. */
function settleProof(visit: Visit, registry: RegistrySpec, verdict: LoginVerdict | null) {
  const { fleet, target } = visit;
  if (verdict?.kind === 'refused') {
    fleet.stop.pull({
      kind: 'credential-refused',
      words: `${registry.name} refused the credential of ${registry.username} on ${target.name}, so no agent was changed`,
    });
  }
  if (verdict?.kind === 'failed' && verdict.unanswered) fleet.refusals.unanswered(registry, target.name);
  const end = verdict?.kind === 'proven' || verdict?.kind === 'refused' ? verdict.kind : 'passed';
  fleet.proofs.settle(registry.name, end);
}

/** One login: a verb and its answer, or several where the registry is asked by the agent's curl. */
export async function follow(talk: Talk, first: LoginAttempt): Promise<LoginVerdict> {
  let attempt = first;
  for (;;) {
    const answer = await talk.ask(attempt.verb);
    // Whether the registry has seen the credential, nobody knows.
    if (!answer.ok) return { kind: 'failed', failure: answer.error, unanswered: true };
    const verdict = attempt.interpret(answer.value);
    if (verdict.kind !== 'again') return verdict;
    attempt = verdict.attempt;
  }
}

function failureOf(verdict: Exclude<LoginVerdict, { kind: 'proven' }>): Failure {
  if (verdict.kind === 'again') throw new Error('a login ended in the middle of its questions');
  return verdict.failure;
}

function stopped({ fleet, log }: Visit): Failure {
  return failure('STOPPED', log.current, { reason: fleet.stop.reason?.words ?? 'the run was stopped' });
}
