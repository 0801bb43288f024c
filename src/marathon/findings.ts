import { FINDING_CODES, type Finding, type FindingCode } from '../domain/finding.ts';
import { printable } from '../lib/printable.ts';
import { archiveEntry, fileUriForm } from './archive-entry.ts';
import { archiveFetched, urisAndFetch } from './archive-fetched.ts';
import { checkVacuous, hostExpanded } from './check-commands.ts';
import { checksDropped, noFailuresAllowed, timeoutShort } from './check-rules.ts';
import { privileged, pullConfig } from './container-rules.ts';
import type { Document } from './document.ts';
import { registryCovered } from './image-rules.ts';
import { envInvalid, idInvalid, userInvalid } from './invalid.ts';
import { containerInvalid } from './invalid-container.ts';
import { listsInvalid } from './invalid-lists.ts';
import { jsonPath, jsonText, mapStrings, type Way } from './json.ts';
import { createMask, MASK } from './mask.ts';
import { refused } from './mistyped.ts';
import type { Surroundings } from './reading.ts';
import type { Correction, Fault, Rule } from './rule.ts';
import { secretInClear, secretsOf } from './secrets.ts';
import type { Shape } from './shape.ts';

const RULES: readonly Rule[] = [
  ...[idInvalid, containerInvalid, listsInvalid, envInvalid, userInvalid],
  ...[archiveFetched, urisAndFetch, fileUriForm, archiveEntry],
  ...[registryCovered, privileged, pullConfig],
  ...[checksDropped, checkVacuous, hostExpanded, noFailuresAllowed, timeoutShort],
  secretInClear,
];

/** The findings that fail a gate only with `--strict`. */
export const WARNINGS: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'APP_CHECK_VACUOUS',
  'APP_CHECK_HOST_EXPANDED',
  'APP_CHECK_NO_FAILURES_ALLOWED',
  'APP_CHECK_TIMEOUT_SHORT',
  'APP_SECRET_IN_CLEAR',
]);

/** So many of one kind are listed. */
const MOST_OF_A_KIND = 100;

/** Everything that is wrong with an app, in the order of the text. */
export function judge(document: Document, shape: Shape, around: Surroundings): readonly Finding[] {
  const mask = createMask(secretsOf(shape.app));
  const shown = (text: string) => `\`${printable(mask(text), 200)}\``;
  const found = [
    ...document.repeated.map(repeatedName),
    ...RULES.flatMap((rule) => rule({ shape, around, shown, mask })),
  ];
  return FINDING_CODES.flatMap((code) => listed(found.filter((fault) => fault.code === code)))
    .map((fault) => finding(fault, document, mask))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function repeatedName(way: Way): Fault {
  return refused(
    way,
    'This name is there more than once in one object: Marathon takes the last without a word, and drops the others.',
    'Leave only the one that is meant.',
  );
}

function listed(faults: readonly Fault[]): readonly Fault[] {
  const more = faults.length - MOST_OF_A_KIND;
  if (more <= 0) return faults;
  return faults.slice(0, MOST_OF_A_KIND).map((fault, index) => {
    if (index + 1 < MOST_OF_A_KIND) return fault;
    return { ...fault, message: `${fault.message} (${more} more of this kind are not listed.)` };
  });
}

function finding(fault: Fault, { placeOf }: Document, mask: (text: string) => string): Finding {
  const { code, way, message, hint, correction } = fault;
  return {
    code,
    severity: WARNINGS.has(code) ? 'warning' : 'error',
    path: jsonPath(way),
    ...placeOf(way),
    message,
    hint: correction === null ? hint : `${hint} ${corrected(correction, mask)}`,
  };
}

function corrected(correction: Correction, mask: (text: string) => string): string {
  const [head, value] =
    'at' in correction
      ? [`${jsonPath(correction.at)} becomes`, correction.value]
      : [`Merge into ${jsonPath(correction.into)}`, correction.members];
  const masked = mapStrings(value, mask);
  const note =
    jsonText(masked) === jsonText(value) ? '' : ` (${MASK} stands for a secret: keep what is there)`;
  return `${head}${note}:\n${jsonText(masked)}`;
}
