import { packArchive } from '../credential/archive.ts';
import { configJson } from '../credential/config-json.ts';
import type { ConfigEntry } from '../domain/credential.ts';
import { phaseOf } from '../errors/catalogue.ts';
import type { Failure } from '../errors/failure.ts';
import { type Look, lookVerb } from '../steps/archive.ts';
import { type DockerFacts, dockerVerb, interpretDocker } from '../steps/docker.ts';
import { install, readAnswer } from './install.ts';
import { isIssued, issuedArchive, recordIssue } from './issued.ts';
import { logIn } from './login.ts';
import { onAgent } from './on-agent.ts';
import type { Talk } from './talk.ts';
import { readTruth } from './truth.ts';
import type { Visit } from './visit.ts';

/**
 * How an agent is prepared: connect, become root, log in, pack, install, verify. Gives its failures; empty means
 * ready. Where the connection is lost in the middle of the install, `settleChange` reads what became of it.
 */
export function prepare(visit: Visit): Promise<Failure[]> {
  return onAgent(visit, {
    first: [dockerVerb(), lookVerb(visit.target)],
    begin: (talk) => work(visit, talk),
    mayVerify,
  });
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
function mayVerify(failures: readonly Failure[]): boolean {
  const pointless = ['docker', 'run', 'reach'];
  return failures.every(({ code }) => !pointless.includes(phaseOf(code)));
}
