import type { AgentContext } from '../credential/speech.ts';
import type { ArchiveSpec } from '../domain/target.ts';
import { type Failure, failure } from '../errors/failure.ts';
import type { Answer } from '../remote/answer.ts';
import type { Verb } from '../remote/verb.ts';
import { nonsense, readFlag } from './fields.ts';
import { attributesOf, sameBytes } from './look.ts';

/** What became of an install. `moved`: something else lies there than what was judged; nothing was done. */
export type Installed =
  | { readonly kind: 'changed' | 'unchanged' | 'moved' }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly changed: boolean | null };

/**
 * Puts the archive at its path, if what lies there is still what was judged (`expected`). `holder` says whose
 * install this is, for another one that finds it at work.
 */
export function installVerb(install: {
  readonly spec: ArchiveSpec;
  readonly expected: string;
  readonly holder: string;
  readonly archive: Uint8Array;
}): Verb {
  const { spec, ...rest } = install;
  return { verb: 'install', path: spec.path, owner: spec.owner, group: spec.group, mode: spec.mode, ...rest };
}

/** What the answer means. Success is what was read back, compared here byte for byte, not what the agent claims. */
export function interpretInstall(answer: Answer, archive: Uint8Array, ctx: AgentContext): Installed {
  const result = answer.verb === 'install' ? answer.fields.get('result') : undefined;
  const trouble = answer.texts.get('trouble');
  switch (result) {
    case 'changed':
    case 'unchanged':
      return readBack(answer, result, archive, ctx);
    case 'moved':
      return { kind: 'moved' };
    case 'busy':
      return failed(busy(answer, trouble, ctx));
    case 'owner':
      return failed(mode('as it was, because owner and mode cannot be had there', ctx, trouble));
    case 'path':
      return failed(unusable(ctx.say(trouble) || 'it is no plain file', ctx));
    case 'write':
      return failed(notWritten(trouble, ctx));
    default: {
      const reason = 'it did not say how the install ended';
      return { kind: 'failed', failure: nonsense(ctx, 'install', reason, trouble), changed: null };
    }
  }
}

/** These fail before the archive's path is touched: the rename is the last thing that can fail. */
const failed = (why: Failure): Installed => ({ kind: 'failed', failure: why, changed: false });

function readBack(
  answer: Answer,
  kind: 'changed' | 'unchanged',
  archive: Uint8Array,
  ctx: AgentContext,
): Installed {
  const { host, archive: spec } = ctx.target;
  const changed = kind === 'changed';
  const bytes = answer.texts.get('bytes') ?? new Uint8Array();
  const same = answer.fields.get('kind') === 'file' && sameBytes(bytes, archive);
  // What was right a moment ago was found without the lock: another install may have come in between.
  if (!same && !changed) return { kind: 'moved' };
  if (!same) {
    const values = { host, path: spec.path, reason: 'what was installed does not read back as it was sent' };
    return { kind: 'failed', failure: failure('ARCHIVE_INVALID', 'install', values), changed };
  }
  const fits = readFlag(answer.fields.get('fits'));
  if (fits === null) {
    const reason = 'it did not say whether owner and mode are right';
    return { kind: 'failed', failure: nonsense(ctx, 'install', reason), changed };
  }
  if (fits) return { kind };
  const [owner, group, bits] = ['owner', 'group', 'mode'].map((name) => answer.fields.get(name) ?? '?');
  const attributes = ctx.say(Buffer.from(`${owner}:${group} ${bits}`));
  return { kind: 'failed', failure: mode(attributes, ctx), changed };
}

function mode(found: string, { target, say }: AgentContext, trouble?: Uint8Array): Failure {
  const values = {
    host: target.host,
    path: target.archive.path,
    found,
    wanted: attributesOf(target.archive),
  };
  return failure('ARCHIVE_MODE', 'install', values, say(trouble));
}

function unusable(reason: string, { target }: AgentContext): Failure {
  return failure('ARCHIVE_PATH_UNUSABLE', 'install', {
    host: target.host,
    path: target.archive.path,
    reason,
  });
}

/** `trouble` is what the other install says of itself (see `installVerb`), `since` when its lock was made. */
function busy({ fields }: Answer, trouble: Uint8Array | undefined, { target, say }: AgentContext): Failure {
  const holder = say(trouble) || 'somebody who does not say who';
  const made = say(Buffer.from(fields.get('since') ?? ''));
  const since = /\d/.test(made) ? made : 'an unknown time';
  return failure('AGENT_BUSY', 'install', { host: target.host, holder, since });
}

/** The system's own words, in the C locale: strerror(3). */
function notWritten(trouble: Uint8Array | undefined, ctx: AgentContext): Failure {
  const said = ctx.say(trouble);
  const values = { host: ctx.target.host, path: ctx.target.archive.path, reason: said };
  if (/No space left on device|Disk quota exceeded|File too large/i.test(said)) {
    return failure('NO_SPACE', 'install', values);
  }
  if (/Read-only file system/i.test(said)) return failure('READ_ONLY', 'install', values, said);
  return unusable(said || 'it could not be written', ctx);
}
