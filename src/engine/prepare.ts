import { packArchive } from '../credential/archive.ts';
import { configJson } from '../credential/config-json.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import { phaseOf } from '../errors/catalogue.ts';
import type { Failure } from '../errors/failure.ts';
import { type Look, lookVerb } from '../steps/archive.ts';
import { type DockerFacts, dockerVerb, interpretDocker } from '../steps/docker.ts';
import { commandFor } from './become.ts';
import { connect } from './connect.ts';
import { install, readAnswer } from './install.ts';
import { isIssued, issuedArchive, recordIssue } from './issued.ts';
import { logIn } from './login.ts';
import { becomeRoot, type Talk } from './talk.ts';
import { readTruth } from './truth.ts';
import { createVerification } from './verify.ts';
import type { Visit } from './visit.ts';

/**
 * One agent's story: connect, become root, log in, pack, install, verify. Gives its failures; empty means ready.
 * One connection and one exec, but for a connection that is lost in the middle of the install: one more then
 * reads what became of it.
 */
export async function prepare(visit: Visit): Promise<Failure[]> {
  const session = await connect(visit, commandFor(visit));
  if (!session.ok) return [visit.because(session.error)];
  const broken = () => void session.value.close();
  visit.signal.addEventListener('abort', broken, { once: true });
  if (visit.signal.aborted) broken();
  try {
    const verification = createVerification(visit);
    const first = [dockerVerb(), lookVerb(visit.target)];
    const talk = await becomeRoot(visit, session.value, first, verification.onCheck);
    if (!talk.ok) return [talk.error];
    const failures = await work(visit, talk.value);
    if (mayVerify(visit, failures)) failures.push(...(await verification.run(talk.value)));
    if (visit.changed !== null || visit.signal.aborted) await talk.value.finish();
    return failures;
  } finally {
    visit.signal.removeEventListener('abort', broken);
    await session.value.close();
  }
}

/** What the agent was left in, where the connection was lost in the middle of the install. */
export async function settleChange(visit: Visit): Promise<void> {
  if (visit.changed === null && visit.why !== 'interrupt') visit.changed = await readTruth(visit);
}

/** What an agent is changed by: login, pack, install. */
async function work(visit: Visit, talk: Talk): Promise<Failure[]> {
  const { log, fleet, target } = visit;
  log.start('login');
  const dockerAnswer = await talk.answer();
  if (!dockerAnswer.ok) return [dockerAnswer.error];
  const lookAnswer = await talk.answer();
  if (!lookAnswer.ok) return [lookAnswer.error];
  const look = readAnswer(visit, lookAnswer.value);
  if (!look.ok) return [look.error];
  visit.before = look.value;
  const docker = interpretDocker(dockerAnswer.value, { target, say: fleet.say });
  if (!docker.ok) return [docker.error];
  const entries = await logIn(visit, talk, docker.value);
  if (!entries.ok) return [entries.error];
  log.end('login', 'ok');

  log.start('pack');
  const archive = await pack(visit, talk, look.value, docker.value, entries.value);
  log.end('pack', 'ok');

  log.start('install');
  const installed = await install(visit, talk, look.value, archive);
  if (!installed.ok) return [installed.error];
  log.end('install', installed.value);
  if (installed.value === 'changed' && entries.value.some(isIssued)) recordIssue(visit, archive);
  return [];
}

/** The archive for this agent: the same bytes as for every other, but where a registry issued it a token. */
async function pack(
  visit: Visit,
  talk: Talk,
  look: Look,
  docker: DockerFacts,
  entries: readonly ConfigEntry[],
): Promise<Uint8Array> {
  const issued = await issuedArchive(visit, talk, look, docker, entries);
  return issued ?? packArchive(configJson(entries));
}

/** The checks are worth running after a failure too, as long as the agent answers: all its faults at once. */
function mayVerify(visit: Visit, failures: readonly Failure[]): boolean {
  const pointless = ['docker', 'run', 'reach'];
  return !visit.signal.aborted && failures.every(({ code }) => !pointless.includes(phaseOf(code)));
}
