import type { Reply } from './answer.ts';
import { createBytes, createTail } from './bytes.ts';
import { createDraft } from './draft.ts';

/** Reads what an agent says on standard output. Total: any bytes in, values out, in bounded memory. */
export interface ReplyReader {
  /** The next bytes; what they complete, in order. The same bytes in other pieces give the same replies. */
  push(bytes: Uint8Array): readonly Reply[];
  /**
   * The last of what was no reply (a profile's greeting, a refusal): 2,000 characters at most, unescaped. Lines that
   * begin with the token are never in it, for what they hold may be secret.
   */
  noise(): string;
}

const LINE_LIMIT = 64 * 1_024;
const NOISE_LIMIT = 2_000;
const LINE_BREAK = 10;
const BREAK = Uint8Array.of(LINE_BREAK);
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A reader for the answers that begin with `token` (see opening); what is beyond its bounds is dropped. */
export function createReplyReader(token: string): ReplyReader {
  const prefix = new TextEncoder().encode(`${token} `);
  const draft = createDraft();
  const noise = createTail(NOISE_LIMIT * 4);
  const line = createBytes(LINE_LIMIT);
  /** The line is too long to be a reply: what comes of it is noise, unless it began with the token. */
  let long: 'no' | 'noise' | 'dropped' = 'no';

  function isReply(bytes: Uint8Array): boolean {
    if (bytes.length < prefix.length) return false;
    for (let at = 0; at < prefix.length; at += 1) if (bytes[at] !== prefix[at]) return false;
    return true;
  }

  function mayBecomeReply(bytes: Uint8Array): boolean {
    return isReply(bytes) || bytes.every((byte, at) => prefix[at] === byte);
  }

  function add(bytes: Uint8Array): void {
    if (long === 'no' && line.add(bytes)) return;
    if (long === 'no') {
      const begun = line.take();
      long = isReply(
        begun.length < prefix.length ? Uint8Array.of(...begun, ...bytes.slice(0, prefix.length)) : begun,
      )
        ? 'dropped'
        : 'noise';
      if (long === 'noise') noise.add(begun);
    }
    if (long === 'noise') noise.add(bytes);
  }

  function end(): Reply | null {
    const whole = line.take();
    const was = long;
    long = 'no';
    if (was === 'no' && isReply(whole)) return draft.read(utf8.decode(whole.subarray(prefix.length)));
    if (was === 'dropped' || (was === 'no' && whole.every((byte) => byte === 13))) return null;
    noise.add(whole);
    noise.add(BREAK);
    return null;
  }

  return {
    push(bytes) {
      const replies: Reply[] = [];
      let from = 0;
      while (from < bytes.length) {
        const at = bytes.indexOf(LINE_BREAK, from);
        add(bytes.subarray(from, at === -1 ? bytes.length : at));
        if (at === -1) break;
        const reply = end();
        if (reply !== null) replies.push(reply);
        from = at + 1;
      }
      return replies;
    },
    noise() {
      const unfinished = line.peek();
      const all = createTail(NOISE_LIMIT * 4);
      all.add(noise.peek());
      if (!mayBecomeReply(unfinished)) all.add(unfinished);
      return utf8.decode(all.peek()).slice(-NOISE_LIMIT);
    },
  };
}
