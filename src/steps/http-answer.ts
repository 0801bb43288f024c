/** One way in that a registry offers: a WWW-Authenticate challenge (RFC 9110, 11.6.1), its names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** What curl's `include` printed of a response. */
export interface HttpAnswer {
  readonly status: number;
  readonly challenges: readonly Challenge[];
  /** The status line, what it says about waiting, and the body: fit to be quoted, unlike headers in general. */
  readonly words: string;
  readonly body: string;
}

/** The last response in curl's output (a proxy's own comes before it); null where there is none. Total. */
export function readHttp(output: Uint8Array): HttpAnswer | null {
  const text = Buffer.from(output).toString('utf8');
  // curl's own warnings may come first.
  let rest = text.slice(Math.max(0, text.search(/^HTTP\//m)));
  for (;;) {
    const head = /^HTTP\/[\d.]{1,5} (\d{3})\b[^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n/.exec(rest);
    if (head === null) return null;
    const body = rest.slice(head[0].length);
    const status = Number(head[1]);
    const interim = status < 200 || (status === 200 && /^HTTP\/[\d.]{1,5} \d{3}\s/.test(body));
    if (!interim) return answerOf(status, head[0], body);
    rest = body;
  }
}

function answerOf(status: number, head: string, body: string): HttpAnswer {
  const [first = '', ...lines] = head.trim().split(/\r?\n/);
  const valuesOf = (name: string) =>
    lines.flatMap((line) =>
      line.toLowerCase().startsWith(`${name}:`) ? [line.slice(name.length + 1).trim()] : [],
    );
  const retry = valuesOf('retry-after').map(
    (value) => `Retry-After: ${retrySeconds(value, valuesOf('date')[0])}`,
  );
  const words = [first, ...retry, body.trim().slice(0, 500)].filter((text) => text !== '').join('\n');
  return { status, challenges: valuesOf('www-authenticate').flatMap(readChallenges), words, body };
}

/** Retry-After is a number of seconds or a date (RFC 9110, 10.2.3); a date is compared with the response's own. */
function retrySeconds(value: string, date: string | undefined): string {
  const seconds = Math.ceil((Date.parse(value) - Date.parse(date ?? '')) / 1_000);
  return /^\d+$/.test(value) || Number.isNaN(seconds) ? value : String(Math.max(0, seconds));
}

/** Several challenges may share a header: a name with `=` belongs to the scheme before it. */
function readChallenges(header: string): readonly Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  const token = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/g;
  for (const [, name = '', quoted, plain] of header.slice(0, 8_192).matchAll(token)) {
    const value = quoted?.replace(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) found.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else found.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return found;
}
