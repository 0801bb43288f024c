// C0 and C1 controls, DEL, and the Unicode characters that reorder or hide text (Bidi_Control, zero width,
// line separators, BOM, tag characters): an agent's output must not be able to drive or fool the operator's terminal.
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

/**
 * Text from an agent, safe to print on one line: control characters become visible escapes
 * (`\n`, `\x1b`, `\u{202e}`), and no more than `limit` characters are kept, the last ones, after an ellipsis.
 */
export function printable(text: string, limit = 2_000): string {
  const kept = text.length > limit ? `…${text.slice(-limit)}` : text;
  return kept.replace(UNPRINTABLE, visible);
}

function visible(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const point = character.codePointAt(0) ?? 0;
  return point < 0x100 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u{${point.toString(16)}}`;
}
