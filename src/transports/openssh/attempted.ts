import type { Target } from '../../domain/target.ts';
import type { SshFacts } from './ssh-log.ts';

/** How an ssh(1) that did not log in has ended. */
export interface Attempted {
  readonly target: Target;
  readonly facts: SshFacts;
  /** The end of its standard error, on which the ssh of a jump host and a ProxyCommand say what they have to say. */
  readonly stderr: string;
  /** It was ended because the time was up. */
  readonly late: boolean;
}
