import type { FindingCode } from '../domain/finding.ts';

import type { Json, JsonObject, Way } from './json.ts';
import type { Surroundings } from './reading.ts';
import type { Shape } from './shape.ts';

/** The corrected JSON: of one part (`at`), or members to merge into one as RFC 7396 does it (`into`). */
export type Correction =
  | { readonly at: Way; readonly value: Json }
  | { readonly into: Way; readonly members: JsonObject };

/** What a rule found, before it has a place in the text. */
export interface Fault {
  readonly code: FindingCode;
  readonly way: Way;
  readonly message: string;
  /** Without the JSON. */
  readonly hint: string;
  /** Null where nothing can be written in its place. */
  readonly correction: Correction | null;
}

/** What the rules look at. */
export interface Case {
  readonly shape: Shape;
  readonly around: Surroundings;
  /** A text of the app, for a message: in backquotes, escaped, bounded, and without its secrets. */
  readonly shown: (text: string) => string;
  /** A text of the app without its secrets. What rewrites a text needs it so: a secret in other quotes is not found. */
  readonly mask: (text: string) => string;
}

/** One or a few codes, judged. */
export type Rule = (it: Case) => readonly Fault[];
