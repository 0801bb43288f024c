import type { Fault, ProblemCode } from './faults.ts';
import type { Words } from './words.ts';

const QUOTES =
  'Put the value into double quotes. Inside [ ] and { } a range needs them: [ "10.0.1.[1-40]" ].';

/**
 * The YAML parser's complaints in the operator's words, by its error code. Its own texts are not used: some of them
 * quote the file, and what they quote may be a password.
 */
const YAML_WORDS: Readonly<Record<string, Words>> = {
  TAB_AS_INDENT: {
    message: 'A tab is used for indentation; YAML allows only spaces there.',
    hint: 'Replace tabs with spaces: two for each level. expand -t 2 does it for a whole file.',
  },
  BAD_INDENT: {
    message: 'This is not indented like its neighbours, or a bracket before it is not closed.',
    hint: 'Keys of one mapping start in the same column, and so do the dashes of one list.',
  },
  BAD_SCALAR_START: {
    message: 'A value cannot start with this character.',
    hint: 'Put the value into double quotes.',
  },
  BAD_DQ_ESCAPE: {
    message: 'This is not an escape sequence of YAML.',
    hint: 'In double quotes a backslash is written \\\\; or use single quotes.',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'There is a second key on this line, or its value goes on with a key.',
    hint: 'One key: value per line. A value that holds ": " needs quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'Here is a key without its colon and space.',
    hint: 'Write key: value, with a space after the colon.',
  },
  KEY_OVER_1024_CHARS: {
    message: 'A key is longer than 1024 characters.',
    hint: 'Is a quote or a line break missing?',
  },
  MISSING_CHAR: {
    message: 'Something is missing here: a comma, a colon and space, a quote or a bracket.',
    hint: QUOTES,
  },
  UNEXPECTED_TOKEN: { message: 'This does not belong here.', hint: QUOTES },
  BLOCK_IN_FLOW: {
    message: 'Lines with dashes or keys cannot stand inside [ ] or { }.',
    hint: 'Use either brackets or indentation for one list or mapping.',
  },
  BAD_ALIAS: {
    message: 'This is not the name of an anchor.',
    hint: 'A value that starts with * or & needs quotes.',
  },
  ALIAS_PROPS: {
    message: 'An alias cannot have an anchor or a tag.',
    hint: 'A value that starts with * or & needs quotes.',
  },
  MULTIPLE_ANCHORS: {
    message: 'A value has more than one anchor.',
    hint: 'A value that starts with & needs quotes.',
  },
  BAD_PROP_ORDER: {
    message: 'An anchor or a tag stands in the wrong place.',
    hint: 'A value that starts with & or ! needs quotes.',
  },
};

const NOT_YAML: Words = {
  message: 'This is not valid YAML.',
  hint: 'node-prep init writes an inventory to start from.',
};

/** The parser's errors as faults, the first of each line: the others mostly follow from it. */
export function syntaxFaults(
  errors: readonly { readonly code: string; readonly pos: readonly [number, number] }[],
  text: string,
): readonly Fault[] {
  const faults: Fault[] = [];
  let lineEnd = -1;
  for (const { code, pos } of errors.toSorted((a, b) => a.pos[0] - b.pos[0])) {
    const [at] = pos;
    if (at <= lineEnd) continue;
    const next = text.indexOf('\n', at);
    lineEnd = next === -1 ? text.length : next;
    faults.push({ code: 'YAML_INVALID', at, ...(YAML_WORDS[code] ?? NOT_YAML) });
  }
  return faults;
}

/** What an inventory does not use of YAML, or what makes no sense in it. */
export const YAML_FAULTS = {
  secondDocument: {
    code: 'YAML_UNSUPPORTED',
    message: 'A second YAML document starts here; an inventory is one document.',
    hint: 'Write one inventory per file, without further --- lines.',
  },
  directive: {
    code: 'YAML_UNSUPPORTED',
    message: 'A line that starts with % is a YAML directive; an inventory has none.',
    hint: 'Remove the line, and the --- after it.',
  },
  tag: {
    code: 'YAML_UNSUPPORTED',
    message: 'Before this value there is a YAML tag, a word that starts with !; an inventory has none.',
    hint: 'If it belongs to the value, put all of it into quotes; otherwise remove it.',
  },
  mergeKey: {
    code: 'YAML_UNSUPPORTED',
    message: '"<<" is a merge key of YAML 1.1; YAML 1.2 has none.',
    hint: 'Put what is shared at the top level or into a group.',
  },
  key: {
    code: 'YAML_UNSUPPORTED',
    message: 'A key must be a plain word; this one is empty, a list, a mapping or an alias.',
    hint: 'Write key: value.',
  },
  duplicateKey: {
    code: 'DUPLICATE_KEY',
    message: 'This key is in its mapping already.',
    hint: 'Keep one of the two.',
  },
  tooDeep: {
    code: 'YAML_TOO_DEEP',
    message: 'Lists or mappings are nested too deeply here.',
    hint: 'No part of an inventory is deeper than six levels.',
  },
  // The names of aliases are not shown: `password: *secret` may be a forgotten pair of quotes.
  unknownAlias: {
    code: 'YAML_ALIAS',
    message: 'A word that starts with * is an alias, and no anchor before it has its name.',
    hint: 'A value that starts with * needs quotes.',
  },
  ownAlias: {
    code: 'YAML_ALIAS',
    message: 'This alias stands for something that it is itself a part of.',
    hint: 'An alias repeats what the anchor of its name marks, further up. Write it out here.',
  },
  tooManyAliases: {
    code: 'YAML_ALIAS',
    message: 'The aliases up to here stand for far too much.',
    hint: 'Share settings through groups or the top level instead.',
  },
} as const satisfies Readonly<Record<string, Words & { readonly code: ProblemCode }>>;
