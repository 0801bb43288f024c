/** Problems of a Marathon app, by code; permanent, like failure codes. */
export const FINDING_CODES = [
  'APP_INVALID',
  'APP_ARCHIVE_NOT_FETCHED',
  'APP_URIS_AND_FETCH',
  'APP_FILE_URI_FORM',
  'APP_FETCH_CACHED',
  'APP_FETCH_NOT_EXTRACTED',
  'APP_FETCH_EXECUTABLE',
  'APP_FETCH_DEST_SUFFIX',
  'APP_REGISTRY_NOT_COVERED',
  'APP_CHECKS_DROPPED',
  'APP_CHECK_VACUOUS',
  'APP_CHECK_HOST_EXPANDED',
  'APP_CHECK_NO_FAILURES_ALLOWED',
  'APP_CHECK_TIMEOUT_SHORT',
  'APP_PRIVILEGED_UNSUPPORTED',
  'APP_PULLCONFIG_UNSUPPORTED',
  'APP_SECRET_IN_CLEAR',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something wrong with the app that is to be deployed. An error fails the gate, a warning only with `--strict`. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning';
  /** JSONPath (RFC 9535) of the part of the app: `$.healthChecks[1].command`. */
  readonly path: string;
  /** Where that part begins, from 1; of what Marathon answered, in the app as JSON with an indentation of two. */
  readonly line: number;
  readonly column: number;
  /** One or two sentences: what is wrong, and what Mesos or Marathon will do. */
  readonly message: string;
  /** What to do; it ends with the corrected JSON, ready to paste, on lines of its own. */
  readonly hint: string;
}
