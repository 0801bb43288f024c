import type { MarathonAnswer } from '../domain/marathon.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type Asking, type Followed, follow } from './follow.ts';
import { hideToken } from './hide-token.ts';
import { fieldOf, isObject, readJson } from './json.ts';
import { appUnknown, forbidden, nonsense, unauthorized } from './problems.ts';

/** One question to a Marathon. */
export interface MarathonQuestion extends Asking {
  readonly url: URL;
  /** With its slash: `/group/app`. */
  readonly appId: string;
}

/**
 * Asks a Marathon for an app (`GET /v2/apps/{id}`) and for itself (`GET /v2/info`). Never rejects; a problem says what
 * to do. Neither a problem nor what Marathon says of itself holds the token, whatever Marathon answers.
 */
export async function askMarathon(question: MarathonQuestion): Promise<Result<MarathonAnswer, Problem>> {
  const answer = await ask(question);
  if (answer.ok) return answer;
  const { code, message, hint } = answer.error;
  return err({ code, message: hideToken(message, question.token), hint: hideToken(hint, question.token) });
}

async function ask(question: MarathonQuestion): Promise<Result<MarathonAnswer, Problem>> {
  const { url, appId } = question;
  const path = appId.split('/').map(encodeURIComponent).join('/');
  const got = await follow(under(url, `/v2/apps/${path.replace(/^\/+/, '')}`), question);
  const app = got.ok ? readApp(got.value, question) : got;
  if (!app.ok) return app;
  const info = await askForInfo(question);
  return info.ok ? ok({ appText: app.value, ...info.value }) : info;
}

type Info = Omit<MarathonAnswer, 'appText'>;

/**
 * Not every user may see /v2/info, and not every proxy leads there: then nobody says who runs the tasks. But no check
 * proves less than it could because of a trouble that will be over in a minute.
 */
async function askForInfo(question: MarathonQuestion): Promise<Result<Info, Problem>> {
  const got = await follow(under(question.url, '/v2/info'), question);
  if (got.ok) return readInfo(got.value, question);
  const notThere = ['MARATHON_REDIRECTED', 'MARATHON_NONSENSE'].includes(got.error.code);
  return notThere ? ok({ version: null, mesosUser: null }) : got;
}

/** Below the path that the operator gave: DC/OS serves Marathon at /service/marathon. */
function under({ origin, pathname }: URL, path: string): URL {
  const url = new URL(origin);
  url.pathname = pathname.replace(/\/+$/, '') + path;
  return url;
}

function readApp(
  { status, body, at }: Followed,
  { token, appId }: MarathonQuestion,
): Result<string, Problem> {
  const json = readJson(body);
  const said = textIn(json, 'message', token);
  if (status === 401) return err(unauthorized(at, token !== null));
  if (status === 403) return err(forbidden(at));
  if (status === 404) return err(appUnknown(at, appId, said));
  if (status !== 200) return err(nonsense(at, ofStatus(status, said)));
  const app = fieldOf(json, 'app');
  if (!isObject(app)) return err(nonsense(at, 'it holds no app'));
  if (app.id !== appId) return err(nonsense(at, 'it is about another app'));
  // What runs now, up to thousands of them, is no part of what will be deployed.
  const { tasks: _, ...definition } = app;
  return ok(JSON.stringify(definition, null, 2));
}

function readInfo({ status, body, at }: Followed, { token }: MarathonQuestion): Result<Info, Problem> {
  const info = readJson(body);
  if (status === 429 || status >= 500)
    return err(nonsense(at, ofStatus(status, textIn(info, 'message', token))));
  const good = status === 200 ? info : null;
  return ok({
    version: textIn(good, 'version', token),
    mesosUser: textIn(fieldOf(good, 'marathon_config'), 'mesos_user', token),
  });
}

function ofStatus(status: number, said: string | null): string {
  return `its status is ${status}${said === null ? '' : `, and it says: ${said}`}`;
}

function textIn(value: unknown, name: string, token: MarathonQuestion['token']): string | null {
  const found = fieldOf(value, name);
  return typeof found === 'string' && found !== '' ? printable(hideToken(found, token), 300) : null;
}
