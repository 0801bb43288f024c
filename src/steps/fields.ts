import type { AgentContext } from '../credential/speech.ts';
import { type Failure, failure, type StepId } from '../errors/failure.ts';
import type { Answer } from '../remote/answer.ts';

/** How a child of the remote script ended: its exit status, and whether it was stopped at its deadline. */
export interface Ended {
  readonly code: number;
  readonly timedOut: boolean;
}

/** Reads the fields `code` and `timed`; null where the agent did not answer them properly. */
export function readEnded({ fields }: Answer): Ended | null {
  const code = /^\d{1,3}$/.exec(fields.get('code') ?? '');
  const timedOut = readFlag(fields.get('timed'));
  return code === null || timedOut === null ? null : { code: Number(code[0]), timedOut };
}

/** `yes` or `no`; null for anything else. */
export function readFlag(value: string | undefined): boolean | null {
  return value === 'yes' ? true : value === 'no' ? false : null;
}

/** An answer that the remote script would never give: somebody else speaks, or nobody. */
export function nonsense(ctx: AgentContext, step: StepId, reason: string, said?: Uint8Array): Failure {
  return failure('REMOTE_PROTOCOL', step, { host: ctx.target.host, reason }, ctx.say(said));
}
