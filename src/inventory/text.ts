import { err, ok, type Result } from '../lib/result.ts';
import type { Fault } from './faults.ts';

/** An inventory of 10,000 agents has less than a tenth of this; more is some other file. */
const MOST_BYTES = 1_048_576;

const SAVE_AS = 'Save it as UTF-8 text.';

/** What is wrong with a file as a text, and as much of the text as can be shown for it. */
export interface TextFault {
  readonly fault: Fault;
  readonly text: string;
}

/** The bytes of a file as text: UTF-8, with or without a byte order mark, lines ending in LF or CRLF. */
export function decodeText(bytes: Uint8Array): Result<string, TextFault> {
  const fault = (message: string, hint: string, text = '', at = 0): Result<never, TextFault> =>
    err({ fault: { code: 'INVENTORY_NOT_TEXT', message, hint, at }, text });
  if (bytes.length > MOST_BYTES) {
    const message = 'The file is larger than 1 MiB, and no inventory is.';
    const hint = 'Is it the right file? Ranges keep an inventory short: 10.0.1.[1-40].';
    return err({ fault: { code: 'INVENTORY_TOO_BIG', message, hint, at: 0 }, text: '' });
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return fault('The file is UTF-16 text.', `${SAVE_AS} On the command line: iconv -f UTF-16 -t UTF-8`);
  }
  const text = new TextDecoder().decode(bytes);
  const nul = text.indexOf('\0');
  if (nul !== -1)
    return fault(
      'The file holds a NUL character, so it is no text.',
      `Is it the right file? ${SAVE_AS}`,
      text,
      nul,
    );
  if (!isUtf8(bytes))
    return fault(
      'The file is not UTF-8 text: here is a byte that cannot be.',
      SAVE_AS,
      text,
      text.indexOf('\ufffd'),
    );
  const lonely = text.search(/\r(?!\n)/);
  if (lonely !== -1)
    return fault(
      'A line ends in a carriage return alone.',
      'Save the file with LF or CRLF at the ends of its lines.',
      text,
      lonely,
    );
  return ok(text);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
