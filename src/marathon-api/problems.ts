import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { shellWord } from '../lib/quote.ts';

const CHECKED = 'No agent was contacted.';
const WITH_TOKEN = 'marathon: { token: { env: DCOS_TOKEN } }';
const PRINTED = 'dcos config show core.dcos_acs_token prints one; it lives for five days.';
const FROM_FILE = 'give the app as a file: --app app.json';

/** Marathon could not be reached. `words`: why, for the middle of a sentence. */
export function unreachable(at: URL, words: string): Problem {
  return problem(
    'MARATHON_UNREACHABLE',
    `Marathon at ${at.origin} could not be reached: ${words}.`,
    `Try: curl -v ${shellWord(at.origin + at.pathname)}. Without Marathon, ${FROM_FILE}`,
  );
}

/** There is no TLS connection; `untrusted`: because nobody known has signed the certificate. */
export function tlsTrouble(at: URL, words: string, untrusted: boolean): Problem {
  return problem(
    'MARATHON_TLS',
    `${at.origin} does not prove by TLS that it is Marathon: ${words}.`,
    untrusted
      ? 'Name the CA in the inventory, marathon: { caFile: dcos-ca.crt }. DC/OS has its own at https://<master>/ca/dcos-ca.crt'
      : `Try: curl -v ${shellWord(at.origin + at.pathname)}. Is that the address? Then Marathon's certificate has to be corrected.`,
  );
}

/** 401: who are you? */
export function unauthorized(at: URL, withToken: boolean): Problem {
  return withToken
    ? problem(
        'MARATHON_UNAUTHORIZED',
        `Marathon at ${at.origin} does not take this token, or takes it no longer (status 401).`,
        `Renew what the inventory's marathon.token names. ${PRINTED}`,
      )
    : problem(
        'MARATHON_UNAUTHORIZED',
        `Marathon at ${at.origin} wants a token (status 401).`,
        `Name its source in the inventory, ${WITH_TOKEN}. ${PRINTED}`,
      );
}

/** 403: not you. */
export function forbidden(at: URL): Problem {
  return problem(
    'MARATHON_UNAUTHORIZED',
    `Marathon at ${at.origin} does not let this user see the app (status 403).`,
    `Let the user of the inventory's marathon.token read the app, or ${FROM_FILE}`,
  );
}

/** What is no token is not sent. */
export function badToken(): Problem {
  return problem(
    'MARATHON_UNAUTHORIZED',
    'The token for Marathon holds a blank, or a character beyond ASCII: no token has one, so it was not sent.',
    `The inventory's marathon.token must give the token alone. ${PRINTED}`,
  );
}

/** There is no such app. */
export function appUnknown(at: URL, appId: string, said: string | null): Problem {
  return problem(
    'MARATHON_APP_UNKNOWN',
    `Marathon at ${at.origin} has no app ${printable(appId, 200)}${said === null ? '' : ` (it says: ${said})`}.`,
    said === null
      ? `Is that the address of a Marathon? On DC/OS it is https://<master>/service/marathon. Or ${FROM_FILE}`
      : `Before its first deploy the app is in your file only: --app app.json`,
  );
}

/** A redirect that is not followed. */
export function redirected(at: URL, to: string, why: string): Problem {
  return problem(
    'MARATHON_REDIRECTED',
    `Marathon at ${at.origin} redirects to ${printable(to, 300)}, which is not followed: ${why}.`,
    'Is a Marathon there that may be asked? Then name it: --marathon <url>.',
  );
}

/** A token over plain HTTP would be read by the network. */
export function insecure(at: URL): Problem {
  return problem(
    'MARATHON_INSECURE',
    `The token for Marathon is not sent to ${at.origin}: plain HTTP would show it to the network.`,
    'Use https://, or leave marathon.token out of the inventory where Marathon wants none.',
  );
}

/** An answer that makes no sense. `what`: in the middle of a sentence about it. */
export function nonsense(at: URL, what: string): Problem {
  return problem(
    'MARATHON_NONSENSE',
    `Marathon at ${at.origin} gave no usable answer: ${what}.`,
    `Is that the address of a Marathon? On DC/OS it is https://<master>/service/marathon. Or ${FROM_FILE}`,
  );
}

/** The operator interrupted. */
export function interrupted(): Problem {
  return problem(
    'INTERRUPTED',
    'Interrupted while Marathon was asked.',
    'Start it again when you are ready.',
  );
}

function problem(code: string, message: string, hint: string): Problem {
  return { code, message: `${message} ${CHECKED}`, hint };
}
