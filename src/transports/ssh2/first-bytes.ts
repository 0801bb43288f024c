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
export const FIRST_BYTES = 1_024;

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
