import { referenceKey, type SecretReference } from '../domain/secret.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer } from '../remote/answer.ts';
import { askedInSilence, createPromptCount } from '../remote/become.ts';
import { detailOf, notRoot, type Refused, readRefusal } from './become.ts';
import { type Conversation, type Ended, NO_ANSWER } from './conversation.ts';
import type { ProofVerdict } from './proofs.ts';
import type { Visit } from './visit.ts';

/** Hears sudo's prompt on standard error. */
export interface Prompts {
  stderr(bytes: Uint8Array): void;
  /** Settles with the first prompt. */
  readonly asked: Promise<void>;
  /** Settles with the next prompt after now. */
  again(): Promise<void>;
}

export function listenForPrompts(token: string): Prompts {
  const count = createPromptCount(token);
  const asked = Promise.withResolvers<void>();
  let next = asked;
  let heard = 0;
  return {
    stderr(bytes) {
      const times = count(bytes);
      if (times > heard) next.resolve();
      heard = times;
    },
    asked: asked.promise,
    again() {
      next = Promise.withResolvers<void>();
      return next.promise;
    },
  };
}

const NOWHERE_ELSE =
  'the password for sudo was refused on another agent, or got no answer there, and is tried nowhere else';

/**
 * Waits until sudo has started the script's shell. Where sudo asks for the password it gets it once, after another
 * agent has proven it for all, or as the one that does; where it does not ask, the password is not sent at all, for it
 * would be what the shell reads.
 */
export async function startBySudo(
  visit: Visit,
  conversation: Conversation,
  prompts: Prompts,
  reference: SecretReference,
): Promise<Result<null, Failure>> {
  const { fleet, target } = visit;
  const key = referenceKey(reference);
  const started = visit.bounded(conversation.answer(), () => err(NO_ANSWER));
  const over = started.then(() => 'over' as const);

  const first = await Promise.race([over, prompts.asked]);
  const turn =
    first === 'over'
      ? first
      : await visit.waitFor(
          'become-password-proof',
          Promise.race([over, fleet.becomeProofs.turn(key, target.name)]),
        );
  if (turn === 'over') {
    // It needs no turn any more: neither one that it has nor one that it would be given.
    fleet.becomeProofs.ended(target.name);
    const end = await started;
    return end.ok ? ok(null) : err(visit.because(readRefusal(visit, end.error).failure));
  }
  if (turn === 'stopped') {
    conversation.end();
    return err(visit.because(failure('STOPPED', 'become', { reason: NOWHERE_ELSE })));
  }

  let verdict: ProofVerdict = 'passed';
  try {
    const secret = fleet.becomePasswords.get(key);
    if (secret === undefined) throw new Error('the password for sudo was not read');
    if (visit.signal.aborted) return err(visit.because(failure('INTERRUPTED', 'become')));
    // Sent and never answered counts as refused: nobody knows.
    verdict = 'refused';
    const again = prompts.again();
    conversation.send(Buffer.from(`${secret.reveal()}\n`));
    const end = await Promise.race([again.then(() => null), started]);
    const found = end === null ? askedAgain(visit, conversation) : read(visit, end);
    verdict = found.verdict;
    // Proven elsewhere, and refused here: it is tried nowhere else from now on.
    if (turn === 'proven' && found.refused) fleet.becomeProofs.refused(key);
    return found.failure === null ? ok(null) : err(visit.because(found.failure));
  } finally {
    if (turn === 'prove') fleet.becomeProofs.settle(key, verdict);
    // sudo has had its one try. What it reads next is the end, at once.
    if (verdict === 'refused' && !visit.signal.aborted) await conversation.finish();
  }
}

/** What came of the password. */
interface Outcome {
  readonly verdict: ProofVerdict;
  readonly failure: Failure | null;
  /** Said in so many words; else nobody knows. */
  readonly refused: boolean;
}

function askedAgain(visit: Visit, conversation: Conversation): Outcome {
  const heard = conversation.heard();
  const silent = askedInSilence(Buffer.from(heard.stderr).toString('latin1'), visit.token);
  const trouble = silent ? 'more' : 'password';
  return {
    verdict: 'refused',
    failure: notRoot(visit, trouble, detailOf(visit, heard)),
    refused: !silent,
  };
}

function read(visit: Visit, end: Result<Answer, Ended>): Outcome {
  if (end.ok) return { verdict: 'proven', failure: null, refused: false };
  const { refusal, failure: why } = readRefusal(visit, end.error);
  if (refusal === null && end.error.completed.kind !== 'lost') {
    return { verdict: 'refused', failure: notRoot(visit, 'unclear', why.detail), refused: false };
  }
  return { verdict: verdictOf(refusal), failure: why, refused: refusal === 'password' };
}

function verdictOf(refusal: Refused['refusal']): ProofVerdict {
  if (refusal === null || refusal === 'password') return 'refused';
  // sudo asks first, and only then looks what the user may run: the password was right.
  return refusal === 'not-allowed' ? 'proven' : 'passed';
}
