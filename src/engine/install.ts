import { registryKey } from '../credential/registry-key.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import {
  installVerb,
  interpretInstall,
  judgeLook,
  type Look,
  lookVerb,
  readLook,
  wouldChange,
} from '../steps/archive.ts';
import type { Talk } from './talk.ts';
import type { Visit } from './visit.ts';

/** How often the archive may change under our hands, between the look and the install, before we give up. */
const LOOKS = 3;

/**
 * Puts the archive at its path, if what is there may be replaced. In a dry run nothing is sent, only judged.
 */
export async function install(
  visit: Visit,
  talk: Talk,
  first: Look,
  archive: Uint8Array,
): Promise<Result<'changed' | 'unchanged', Failure>> {
  const { fleet, target } = visit;
  const context = { target, say: fleet.say };
  const wantedKeys = target.registries.map(registryKey);
  let look = first;
  for (let tries = 0; tries < LOOKS; tries += 1) {
    const judged = judgeLook(look, { wantedKeys, dropOthers: fleet.dropOthers, ctx: context });
    if (!judged.ok) return judged;
    if (fleet.dryRun) {
      visit.changed = wouldChange(look, archive, target.archive);
      return ok(visit.changed ? 'changed' : 'unchanged');
    }
    const gate = await visit.waitFor('credential-proof', fleet.proofs.all());
    const reason = fleet.stop.reason;
    if (visit.signal.aborted || reason?.kind === 'interrupted') {
      return err(visit.because(failure('INTERRUPTED', 'install')));
    }
    if (gate === 'stopped')
      return err(failure('STOPPED', 'install', { reason: reason?.words ?? 'the run was stopped' }));

    // What is lost already was lost before anything was changed.
    if (talk.isOver()) {
      const lost = await talk.answer();
      if (!lost.ok) return lost;
    }
    visit.sent = archive;
    visit.changed = null;
    const { expected } = judged.value;
    const answer = await talk.ask(
      installVerb({ spec: target.archive, expected, holder: fleet.holder, archive }),
    );
    if (!answer.ok) return answer;
    const end = interpretInstall(answer.value, archive, context);
    if (end.kind === 'failed') {
      visit.changed = end.changed;
      return err(end.failure);
    }
    visit.changed = end.kind === 'changed';
    if (end.kind !== 'moved') return ok(end.kind);
    const again = await lookAgain(visit, talk);
    if (!again.ok) return again;
    look = again.value;
  }
  const since = 'just now';
  return err(
    failure('AGENT_BUSY', 'install', {
      host: target.host,
      holder: 'something that keeps replacing the archive',
      since,
    }),
  );
}

/** What lies at the archive's path now. */
export async function lookAgain(visit: Visit, talk: Talk): Promise<Result<Look, Failure>> {
  const answer = await talk.ask(lookVerb(visit.target));
  if (!answer.ok) return answer;
  return readAnswer(visit, answer.value);
}

/** Reads a look's answer; nonsense in it is REMOTE_PROTOCOL. */
export function readAnswer(visit: Visit, answer: Parameters<typeof readLook>[0]): Result<Look, Failure> {
  const look = readLook(answer);
  if (look.ok) return look;
  return err(failure('REMOTE_PROTOCOL', visit.log.current, { host: visit.target.host, reason: look.error }));
}
