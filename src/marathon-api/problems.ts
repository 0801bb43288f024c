import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';

const CHECKED = 'No agent was contacted.';

/** Marathon could not be reached. */
export function unreachable(at: URL, words: string): Problem {
  return problem(
    'MARATHON_UNREACHABLE',
    `Marathon at ${at.origin} could not be reached: ${words}.`,
    `Try: curl -v ${at.origin}${at.pathname}. Without Marathon, give the app as a file: --app app.json`,
  );
}

/** Its certificate is not trusted. */
export function tlsTrouble(at: URL, words: string): Problem {
  return problem(
    'MARATHON_TLS',
    `The TLS certificate of ${at.origin} is not trusted: ${words}.`,
    'Name the CA in the inventory, marathon: { caFile: dcos-ca.crt }. DC/OS has its own at https://<master>/ca/dcos-ca.crt',
  );
}

/** 401: who are you? 403: not you. */
export function unauthorized(at: URL, status: 401 | 403): Problem {
  return status === 401
    ? problem(
        'MARATHON_UNAUTHORIZED',
        `Marathon at ${at.origin} wants a token, or another one (status 401).`,
        'Name its source in the inventory, marathon: { token: { env: DCOS_TOKEN } }. dcos config show core.dcos_acs_token prints one; it lives for five days.',
      )
    : problem(
        'MARATHON_UNAUTHORIZED',
        `Marathon at ${at.origin} does not let this user see the app (status 403).`,
        'Let the user of the token read the app, or give the app as a file: --app app.json',
      );
}

/** There is no such app. */
export function appUnknown(at: URL, appId: string, said: string | null): Problem {
  return problem(
    'MARATHON_APP_UNKNOWN',
    `Marathon at ${at.origin} has no app ${printable(appId, 200)}${said === null ? '' : ` (${said})`}.`,
    'All ids: GET /v2/apps?embed=apps. Before its first deploy the app is only in your file: --app app.json',
  );
}

/** A redirect that is not followed. */
export function redirected(at: URL, to: string, why: string): Problem {
  return problem(
    'MARATHON_REDIRECTED',
    `Marathon at ${at.origin} redirects to ${printable(to, 300)}, which is not followed: ${why}.`,
    'Is that the right place? Then name it with --marathon.',
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

/** An answer that makes no sense. */
export function nonsense(at: URL, what: string): Problem {
  return problem(
    'MARATHON_NONSENSE',
    `Marathon at ${at.origin} gave no usable answer: ${what}.`,
    'On DC/OS its address is https://<master>/service/marathon. Or give the app as a file: --app app.json',
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
