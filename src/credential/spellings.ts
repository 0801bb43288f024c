/** One way to write a character. */
export interface Spelling {
  readonly spelling: string;
  /** Hexadecimal digits and the like, in either case; the spelling has them in lower case. */
  readonly anyCase: boolean;
}

const ESCAPES: Readonly<Record<string, readonly string[]>> = {
  '\n': ['\\n'],
  '\r': ['\\r'],
  '\t': ['\\t'],
  '\b': ['\\b'],
  '\f': ['\\f'],
  '\v': ['\\v'],
  ' ': ['+'],
  "'": [`'\\''`, `'"'"'`, '&apos;'],
  '"': ['&quot;'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
};

/**
 * How a character may be written in what a program prints: as it is; with a backslash before it; `\n` and the like,
 * `\xe9`, `\u00e9`, `\u{e9}`, `\U000000e9`, `\303\251`; `%C3%A9`, `%e9`, `+`; `&amp;`, `&#233;`, `&#xe9;`; and as a
 * shell closes and reopens its quotes. `wrapped`: also with a line break before it, as in folded base64.
 */
export function spellingsOf(character: string, wrapped: boolean): readonly Spelling[] {
  const point = character.codePointAt(0) ?? 0;
  const bytes = [...Buffer.from(character, 'utf8')];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const encoded = [
    units.map((unit) => `\\u${pad(unit, 16, 4)}`).join(''),
    `\\u{${point.toString(16)}}`,
    `\\u${pad(point, 16, 8)}`,
    bytes.map((byte) => `\\x${pad(byte, 16, 2)}`).join(''),
    bytes.map((byte) => `\\${pad(byte, 8, 3)}`).join(''),
    bytes.map((byte) => `%${pad(byte, 16, 2)}`).join(''),
    `\\x${pad(point, 16, 2)}`,
    `%${pad(point, 16, 2)}`,
    `&#${point};`,
    `&#x${point.toString(16)};`,
  ];
  const folded = wrapped ? [`\n${character}`, `\r\n${character}`] : [];
  const exact = [character, `\\${character}`, ...folded, ...(ESCAPES[character] ?? [])];
  return [
    ...exact.map((spelling) => ({ spelling, anyCase: false })),
    ...[...new Set(encoded)].map((spelling) => ({ spelling, anyCase: true })),
  ];
}

const pad = (value: number, radix: number, length: number) => value.toString(radix).padStart(length, '0');
