/** Everything that can be wrong with an inventory or a selection: the `code` of a Problem. */
export type ProblemCode =
  | 'INVENTORY_TOO_BIG'
  | 'INVENTORY_NOT_TEXT'
  | 'INVENTORY_EMPTY'
  | 'YAML_INVALID'
  | 'YAML_UNSUPPORTED'
  | 'YAML_TOO_DEEP'
  | 'YAML_ALIAS'
  | 'DUPLICATE_KEY'
  | 'UNKNOWN_KEY'
  | 'MISSING_KEY'
  | 'WRONG_VALUE'
  | 'NOT_YET'
  | 'SECRET_IN_CLEAR'
  | 'HOST_INVALID'
  | 'RANGE_INVALID'
  | 'TOO_MANY_AGENTS'
  | 'DUPLICATE_AGENT'
  | 'DUPLICATE_NAME'
  | 'DUPLICATE_CHECK'
  | 'DUPLICATE_REGISTRY'
  | 'REGISTRY_NAME'
  | 'REGISTRY_UNKNOWN'
  | 'NO_AGENTS'
  | 'PATTERN_INVALID'
  | 'PATTERN_UNMATCHED'
  | 'NO_AGENT_LEFT';

/** A problem that knows its place as an offset; it becomes a Problem once the whole text has been looked at. */
export interface Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
  readonly at: number;
}

/** A part of the text that may hold a secret and is never shown. Offsets, `end` excluded. */
export interface Hidden {
  readonly at: number;
  readonly end: number;
}
