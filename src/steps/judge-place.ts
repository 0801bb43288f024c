import type { AgentContext } from '../credential/speech.ts';
import type { FailureCode } from '../errors/catalogue.ts';
import type { Failure } from '../errors/failure.ts';
import type { Inspection } from './inspect.ts';
import { attributesOf, type FoundFile, fits } from './look.ts';

/** Builds a failure about one agent's archive. */
export type Fail = (code: FailureCode, values?: Readonly<Record<string, string>>) => Failure;

/** What is around the archive: the agent's tools, and room for the next one. */
export function aroundFailures(inspection: Inspection, fail: Fail): readonly Failure[] {
  const { missing } = inspection;
  return [
    ...(missing.length === 0 ? [] : [fail('SHELL_UNUSABLE', { reason: `it lacks ${missing.join(', ')}` })]),
    ...(inspection.room === 'no-space'
      ? [fail('NO_SPACE', { reason: 'less than 256 KiB is free, which the next archive and this one need' })]
      : []),
    ...(inspection.room === 'unknown'
      ? [fail('NO_SPACE', { reason: 'df does not tell how much is free' })]
      : []),
    ...(inspection.room === 'read-only' ? [fail('READ_ONLY')] : []),
  ];
}

/** Owner, group and mode. */
export function modeFailure(look: FoundFile, fail: Fail, { say, target }: AgentContext): readonly Failure[] {
  const { archive } = target;
  if (fits(look, archive)) return [];
  const found = say(Buffer.from(`${look.owner}:${look.group} ${look.mode}`));
  return [fail('ARCHIVE_MODE', { found, wanted: attributesOf(archive) })];
}

/** Can the task's user read it? */
export function taskFailure(
  { taskUser: reads }: Inspection,
  fail: Fail,
  taskUser: string | null,
): readonly Failure[] {
  if (taskUser === null || reads === 'reads' || reads === null) return [];
  const reason = {
    denied: 'reading it as that user fails',
    'no-such-user': 'there is no such user',
    'cannot-tell': 'whether that user can was not to be tried: that takes root, and runuser, su or sudo',
  }[reads];
  return [fail('ARCHIVE_UNREADABLE_BY_TASK', { user: taskUser, reason, kind: reads })];
}
