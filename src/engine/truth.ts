import { setTimeout as sleep } from 'node:timers/promises';
import { lookVerb, wouldChange } from '../steps/archive.ts';
import { commandFor } from './become.ts';
import { connect } from './connect.ts';
import { lookAgain, readAnswer } from './install.ts';
import { becomeRoot } from './talk.ts';
import { startVisit, type Visit } from './visit.ts';

/** How long the reconnect may take beyond the connection itself. */
const READ_MS = 10_000;
/** What was sent before the connection broke runs on for a moment (sshd does not end it): a second look sees it. */
const SETTLE_MS = 1_500;

/**
 * Was the archive installed, though the connection was lost before the verdict? One reconnect reads the truth,
 * read-only and quietly. Null: it could not tell either.
 */
export async function readTruth(visit: Visit): Promise<boolean | null> {
  const { target, fleet, sent, before } = visit;
  if (sent === null || before === null) return null;
  const timeoutMs = target.ssh.connectTimeoutMs + READ_MS;
  const second = startVisit(target, { ...fleet, timeoutMs, emit: () => {}, dryRun: true, may: [] });
  const session = await connect(second, commandFor(second));
  if (!session.ok) {
    second.end();
    return null;
  }
  second.signal.addEventListener('abort', () => void session.value.close(), { once: true });
  try {
    const talk = await becomeRoot(second, session.value, [lookVerb(target)], () => {});
    if (!talk.ok) return null;
    const answer = await talk.value.answer();
    let look = answer.ok ? readAnswer(second, answer.value) : answer;
    if (look.ok && wouldChange(look.value, sent, target.archive)) {
      await sleep(SETTLE_MS);
      look = await lookAgain(second, talk.value);
    }
    await talk.value.finish();
    if (!look.ok) return null;
    const there = !wouldChange(look.value, sent, target.archive);
    return there && wouldChange(before, sent, target.archive);
  } finally {
    second.end();
    await session.value.close();
  }
}
