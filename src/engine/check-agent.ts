import type { FoundArchive } from '../domain/outcome.ts';
import type { Failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { daemonVerb, interpretMeans, type Means } from '../steps/daemon.ts';
import { nonsense } from '../steps/fields.ts';
import { type Inspection, inspectVerb, readInspection } from '../steps/inspect.ts';
import { type JudgedArchive, judgeArchive } from '../steps/judge-archive.ts';
import { proveArchive } from './archive-proof.ts';
import type { CheckPlan } from './fleet.ts';
import { isOver, onAgent } from './on-agent.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** What the agent has said of itself; null until then. */
interface Found {
  means: Means | null;
  archive: JudgedArchive | null;
}

/**
 * How an agent is checked: its docker and its archive are looked at, the registry is asked with the bytes of that
 * archive, then the health checks. Nothing is changed there. All faults are told, not only the first.
 */
export async function checkAgent(visit: Visit, plan: CheckPlan): Promise<Failure[]> {
  const found: Found = { means: null, archive: null };
  const failures = await onAgent(visit, {
    first: [daemonVerb(), inspectVerb(visit.target, plan.taskUser)],
    begin: (talk) => look(visit, plan, talk, found),
    prove: async (talk) =>
      found.archive === null || found.means === null
        ? []
        : proveArchive(visit, plan, talk, found.archive, found.means),
    mayVerify: (all) => !isOver(visit, all),
  });
  // A daemon that is down is told by whoever asks it: once is enough.
  const daemon = failures.findIndex(({ code }) => code === 'DOCKER_DAEMON_DOWN');
  return failures.filter(({ code }, index) => code !== 'DOCKER_DAEMON_DOWN' || index === daemon);
}

/** Looks at docker and at the archive, and judges both. */
async function look(visit: Visit, plan: CheckPlan, talk: Talk, found: Found): Promise<Failure[]> {
  const { log, target, fleet } = visit;
  log.start('install');
  const dockerAnswer = await talk.answer();
  if (!dockerAnswer.ok) return [dockerAnswer.error];
  const inspected = await readNext(visit, plan, talk);
  if (!inspected.ok) return [inspected.error];
  const means = interpretMeans(dockerAnswer.value, { target, say: fleet.say });
  if (!means.ok) return [means.error];
  found.means = means.value;
  const archive = judge(visit, plan, inspected.value);
  found.archive = archive;
  visit.archive = foundArchive(visit, plan, inspected.value, archive);
  plan.noted(target, { leftovers: inspected.value.leftovers, uncompared: archive.uncompared });
  log.end('install', archive.failures.length === 0 ? 'ok' : 'failed');
  return [...(means.value.trouble === null ? [] : [means.value.trouble]), ...archive.failures];
}

async function readNext(visit: Visit, plan: CheckPlan, talk: Talk): Promise<Result<Inspection, Failure>> {
  const answer = await talk.answer();
  if (!answer.ok) return answer;
  const inspection = readInspection(answer.value, plan.taskUser !== null);
  if (inspection.ok) return ok(inspection.value);
  return err(nonsense({ target: visit.target, say: visit.fleet.say }, 'install', inspection.error));
}

function judge({ target, fleet }: Visit, plan: CheckPlan, inspection: Inspection): JudgedArchive {
  return judgeArchive(inspection, {
    ctx: { target, say: fleet.say },
    registries: target.registries.flatMap((name) => fleet.registries.get(name) ?? []),
    secrets: fleet.secrets,
    taskUser: plan.taskUser,
    isIssued: (bytes) => fleet.issues.find(target) === fleet.sha256(bytes),
  });
}

function foundArchive(
  { target }: Visit,
  plan: CheckPlan,
  { look: there, ageSeconds }: Inspection,
  { entries, expiresAt }: JudgedArchive,
): FoundArchive | null {
  if (there.kind !== 'file') return null;
  const all = target.registries.flatMap((name) => {
    const entry = entries.get(name);
    return entry === undefined ? [] : [{ name, entry }];
  });
  const generation = all.length === target.registries.length ? plan.generationOf(all) : null;
  return { generation, ageSeconds, expiresAt };
}
