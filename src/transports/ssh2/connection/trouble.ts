import type { Failure } from '../../../errors/failure.ts';
import { printable } from '../../../lib/printable.ts';

/** Why a connection is over. */
export type Trouble =
  /** The server hung up without a word. */
  | { readonly kind: 'hung-up' }
  /** A system error; its code, as `ECONNRESET`. */
  | { readonly kind: 'broken'; readonly code: string }
  /** The server said why: its reason (RFC 4253, 11.1) and words, which are not escaped. */
  | { readonly kind: 'disconnected'; readonly reason: number; readonly said: string }
  /** The two cannot agree, or what the server sends makes no sense. */
  | { readonly kind: 'senseless'; readonly said: string }
  /** It no longer answers. */
  | { readonly kind: 'dead'; readonly said: string }
  /** The jump host on the way has failed. */
  | { readonly kind: 'jump'; readonly failure: Failure }
  /** This side has ended it. */
  | { readonly kind: 'closed' };

/** As much of a server's words as is kept. */
export const SAID = 200;

/** A trouble in words, for the detail of a failure. */
export function describeTrouble(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'hung-up':
      return 'the server hung up';
    case 'broken':
      return trouble.code;
    case 'disconnected':
      return `the server ended the connection: ${printable(trouble.said, SAID)}`;
    case 'senseless':
    case 'dead':
      return printable(trouble.said, SAID);
    case 'jump':
      return [trouble.failure.message, trouble.failure.detail ?? ''].join(' ').trim();
    case 'closed':
      return 'the connection has been closed';
  }
}
