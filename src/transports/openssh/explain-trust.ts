import { type Failure, failure } from '../../errors/failure.ts';
import { quote, shellWord } from '../../lib/quote.ts';
import { scanLine } from '../shell-lines.ts';
import type { Attempted } from './attempted.ts';

/** Whether one of the two did not trust the other; null where neither has said so. */
export function explainTrust(attempted: Attempted): Failure | null {
  const words = attempted.facts.said.join('; ');
  if (/Host key verification failed/.test(words)) return hostKey(attempted, words);
  return /Permission denied \(|Too many authentication failures|No supported authentication methods/.test(
    words,
  )
    ? refused(attempted)
    : null;
}

/** A new host key was accepted, but could not be written down: it would be new again, and so on for ever. */
export function explainUnrecorded(attempted: Attempted): Failure {
  return hostKey(attempted, attempted.facts.said.join('; '));
}

function hostKey({ target, facts }: Attempted, words: string): Failure {
  const { host, port, ssh } = target;
  const fingerprint = facts.hostKey ?? 'of an unknown kind';
  const values = { host, port, address: ssh.address, scan: scanLine(target), fingerprint };
  const [file] = ssh.written.knownHosts ?? ssh.knownHosts;
  if (/was revoked|is marked as revoked/.test(words)) {
    return failure('HOST_KEY_REVOKED', 'connect', { ...values, known: file ?? 'known_hosts' });
  }
  if (facts.known !== null) {
    const [place = '', name = ''] = facts.entry ?? [];
    // A server can put lines of its own into ssh's log (the words of a disconnect may hold line breaks).
    const entry = `${shellWord(name)} -f ${quote(place)}`;
    return failure('HOST_KEY_CHANGED', 'connect', { ...values, known: facts.known, entry });
  }
  const where = file === undefined ? {} : { knownHosts: quote(file) };
  return failure('HOST_KEY_UNKNOWN', 'connect', { ...values, ...where }, words);
}

function refused({ target, facts }: Attempted): Failure {
  const { host, port, ssh } = target;
  const { offered, accepted, unusable, methods } = facts;
  const takesKeys = methods === null || methods.split(',').includes('publickey');
  if (takesKeys && (offered.length === 0 || accepted !== null)) {
    const [path = ''] = accepted?.split(/ (?=[A-Z\d-]+ SHA256:)/) ?? [];
    // ssh(1) offers a key by its public half, and says nothing when it may not ask for the passphrase of the other.
    const locked =
      accepted === null ? [] : [`${accepted} would be let in, but cannot sign: ssh-add ${shellWord(path)}`];
    const reason = [...unusable, ...(unusable.length > 0 ? [] : locked)].join('; ');
    return failure('KEY_UNREADABLE', 'connect', { reason: reason || 'ssh found none to offer' });
  }
  const tried =
    offered.length === 0 ? 'it takes nothing that there is to try' : `keys: ${offered.join(', ')}`;
  const values = { host, port, address: ssh.address, user: ssh.user, tried };
  const takes = methods === null ? [] : [`the server takes: ${methods}`];
  return failure('AUTH_REJECTED', 'connect', values, [...takes, ...unusable].join('; '));
}
