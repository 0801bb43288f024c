/** What a server that has just been connected to has said so far. */
export type Greeting =
  /** Nothing yet, or not enough to tell. */
  | 'nothing'
  | 'ssh'
  /** sshd turns the connection away: MaxStartups or PerSourcePenalties (sshd.c). */
  | 'busy'
  /** Something that no SSH server says before its version, as far as can be told. */
  | 'other'
  /** As `other`, and certain: there is no need to wait for more. */
  | 'http';

/** As much of the first bytes as is kept. */
const FIRST_BYTES = 1_024;

/**
 * Recognises a server by its first bytes. An SSH server may send lines of text before the one that begins with
 * `SSH-` (RFC 4253, 4.2), so `other` is only certain once the server has hung up or the time is up.
 */
export function recognise(bytes: Uint8Array): Greeting {
  const text = Buffer.from(bytes).toString('latin1');
  if (text === '') return 'nothing';
  if (/^SSH-/m.test(text)) return 'ssh';
  if (/^(?:Exceeded MaxStartups|Not allowed at this time)\b/m.test(text)) return 'busy';
  if (text.startsWith('HTTP/')) return 'http';
  return 'SSH-'.startsWith(text) ? 'nothing' : 'other';
}

/** Reads what a server says before and with its version line. */
export interface GreetingReader {
  /** The first bytes, 1024 at most. */
  readonly first: Buffer;
  /** What they are. */
  readonly greeting: Greeting;
  /**
   * Null: more is needed. Else the version line without its end, and the bytes from its beginning on; or `never`: no
   * version line will come.
   */
  push(bytes: Buffer): { readonly ident: string; readonly bytes: Buffer } | 'never' | null;
}

// As OpenSSH: SSH_MAX_BANNER_LEN; and fewer lines than it bears, which nobody has ever sent.
const LONGEST_LINE = 8_192;
const MOST_BYTES = 65_536;

export function createGreetingReader(): GreetingReader {
  let first = Buffer.alloc(0);
  let line = Buffer.alloc(0);
  let total = 0;
  let ident: string | null = null;
  const greeting = () => (ident === null ? recognise(first) : 'ssh');
  return {
    get first() {
      return first;
    },
    get greeting() {
      return greeting();
    },
    push(bytes) {
      if (first.length < FIRST_BYTES) first = Buffer.concat([first, bytes]).subarray(0, FIRST_BYTES);
      line = Buffer.concat([line, bytes]);
      total += bytes.length;
      for (;;) {
        const end = line.indexOf(10);
        if (end >= 0 ? end > LONGEST_LINE : line.length > LONGEST_LINE) return 'never';
        if (end < 0) break;
        if (line.subarray(0, 4).toString('latin1') === 'SSH-') {
          ident = line.subarray(0, end).toString('latin1').replace(/\r$/, '');
          return { ident, bytes: line };
        }
        line = line.subarray(end + 1);
      }
      return total > MOST_BYTES || greeting() === 'http' ? 'never' : null;
    },
  };
}
