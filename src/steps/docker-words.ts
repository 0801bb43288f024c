import { daemonTrouble } from '../domain/docker-daemon.ts';

/** What went wrong with a `docker login`, by its words. */
export type LoginTrouble =
  | 'rate-limited'
  | 'refused'
  | 'tls'
  | 'unreachable'
  | 'daemon'
  | 'not-stored'
  | 'no-password-stdin'
  | 'unknown';

/** In this order: a lock-out speaks of the login too, and a certificate may be "not authorized". */
const TABLE: readonly (readonly [LoginTrouble, (line: string) => boolean])[] = [
  ['no-password-stdin', words(/(unknown flag|not defined): --?password-stdin/i)],
  ['not-stored', words(/^Error saving credentials/i)],
  [
    'rate-limited',
    words(/toomanyrequests|too many (failed|login|requests|attempts)|rate.?limit|(^|[\s(])429([\s).,]|$)/i),
  ],
  ['daemon', (line) => daemonTrouble(line) !== null],
  ['tls', words(/x509|certificate|\btls: |HTTP response to HTTPS client/i)],
  [
    'refused',
    words(
      /unauthorized|incorrect (username|password)|wrong (login|password)|(?<!permission )denied|not authorized|no basic auth credentials|(?<!proxy )authentication (is )?required|(invalid|bad) (user|password|credential|token)|(^|[\s(])40[13]([\s).,]|$)/i,
    ),
  ],
  [
    'unreachable',
    words(
      /no such host|connection (refused|reset)|time(d )?.?out|deadline exceeded|unreachable|no route to host|\bEOF\b|request canceled|server misbehaving|name resolution|network is down|broken pipe|\bdial (tcp|udp)\b|proxyconnect|malformed HTTP|status(:| code) [1-5]\d\d|: (Forbidden|Bad Gateway|Service Unavailable|Gateway Timeout|Proxy Authentication Required)$/i,
    ),
  ],
];

function words(pattern: RegExp) {
  return (line: string) => pattern.test(line);
}

/** What docker says on its way, and what it says whatever happens. */
const BESIDE_THE_POINT = /^(time="|(INFO|WARN|DEBU)\[|WARNING|Warning|$)/;

/**
 * Tells by docker's own words why a login failed, since its exit code is 1 in every case. The last line counts;
 * one that says nothing (a pointer to the help) passes the question to the line before. Addresses are left out, or
 * a registry at port 429 would always be busy.
 */
export function loginTrouble(output: string, registry: string): LoginTrouble {
  const host = registry.replace(/:\d+$/, '');
  const lines = tellingLines(output)
    .map((line) => line.replace(/"?https?:\/\/[^\s"]*"?/g, '').replaceAll(host, ''))
    .slice(-10)
    .reverse();
  for (const line of lines) {
    const found = TABLE.find(([, matches]) => matches(line));
    if (found !== undefined) return found[0];
  }
  return 'unknown';
}

/** The lines of docker's output that say what became of it, without its log of the ways that it tried. */
export function tellingLines(output: string): readonly string[] {
  const lines = output.split(/[\r\n]+/).map((line) => line.trim());
  return lines.filter((line) => !BESIDE_THE_POINT.test(line));
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 24 * 3_600_000;

/** How long a registry asks to wait, in its own words (`try again in 15 minutes`, `Retry-After: 30`); else null. */
export function askedWaitMs(text: string): number | null {
  const header = /retry-after:?\s*(\d{1,6})\b/i.exec(text);
  if (header !== null) return bounded(Number(header[1]) * 1_000);
  const spoken =
    /\b(?:again|retry|wait)\b[^\d.;]{0,40}?\b(\d{1,5}|one|an?)\s*(s|m|h)(?:ecs?|econds?|ins?|inutes?|ours?)?\b/i;
  const match = spoken.exec(text);
  if (match === null) return null;
  const count = /^\d/.test(match[1] ?? '') ? Number(match[1]) : 1;
  return bounded(count * (UNITS[(match[2] ?? 's').toLowerCase()] ?? 1_000));
}

const bounded = (ms: number) => (ms > 0 ? Math.min(ms, LONGEST_MS) : null);
