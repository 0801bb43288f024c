/** What an agent says of one health-check command. Everything in it is the agent's word: bounded, not trusted. */
export interface CheckAnswer {
  readonly index: number;
  readonly exitCode: number;
  readonly timedOut: boolean;
  /** The negative control's exit code; null where there was none (no control, or the command said no). */
  readonly controlCode: number | 'timed-out' | null;
  /**
   * Is a live process of one of the names there? hidden: the table can't be read. Null where it was not looked for:
   * no names were given, the command said no, or the control did.
   */
  readonly alive: 'yes' | 'no' | 'hidden' | null;
  /** Words of the command that the agent does not have. */
  readonly missing: readonly string[];
  /** The end of what the command printed, 600 bytes at most; empty for a command that said yes. */
  readonly output: Uint8Array;
}

/** A verb's whole answer. The first one of a conversation answers `hello`, which nobody asked. */
export interface Answer {
  readonly verb: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly texts: ReadonlyMap<string, Uint8Array>;
  readonly checks: readonly CheckAnswer[];
}

/** What comes out of the reply reader: a check as soon as it is known, `wait` as a sign of life, whole answers. */
export type Reply =
  | { readonly kind: 'wait' }
  | { readonly kind: 'check'; readonly check: CheckAnswer }
  | { readonly kind: 'answer'; readonly answer: Answer };
