import type { MarathonAnswer } from '../domain/marathon.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type Asking, type Followed, follow } from './follow.ts';
import { fieldOf, readJson } from './json.ts';
import { appUnknown, nonsense, unauthorized } from './problems.ts';

/** One question to a Marathon. */
export interface MarathonQuestion extends Asking {
  readonly url: URL;
  /** With its slash: `/group/app`. */
  readonly appId: string;
}

/**
 * Asks a Marathon for an app (`GET /v2/apps/{id}`) and for itself (`GET /v2/info`). Never rejects; a problem says what
 * to do. Not every user may see /v2/info, and no app depends on it.
 */
export async function askMarathon(question: MarathonQuestion): Promise<Result<MarathonAnswer, Problem>> {
  const { url, appId } = question;
  const path = appId.split('/').map(encodeURIComponent).join('/');
  const got = await follow(under(url, `/v2/apps/${path.replace(/^\/+/, '')}`), question);
  if (!got.ok) return got;
  const app = readApp(got.value, appId, question.token?.reveal() ?? null);
  if (!app.ok) return app;
  const about = await follow(under(url, '/v2/info'), question);
  const info = about.ok && about.value.status === 200 ? readJson(about.value.body) : null;
  return ok({
    appText: app.value,
    version: textIn(info, 'version'),
    mesosUser: textIn(fieldOf(info, 'marathon_config'), 'mesos_user'),
  });
}

/** Below the path that the operator gave: DC/OS serves Marathon at /service/marathon. */
function under(url: URL, path: string): URL {
  return new URL(url.pathname.replace(/\/+$/, '') + path, url);
}

function readApp(
  { status, body, at }: Followed,
  appId: string,
  token: string | null,
): Result<string, Problem> {
  const json = readJson(body);
  const message = textIn(json, 'message');
  // Some proxies quote the request.
  const said = token === null ? message : (message?.replaceAll(token, '[secret]') ?? null);
  if (status === 401 || status === 403) return err(unauthorized(at, status));
  if (status === 404) return err(appUnknown(at, appId, said));
  if (status !== 200)
    return err(nonsense(at, `it answers with status ${status}${said === null ? '' : `: ${said}`}`));
  const app = fieldOf(json, 'app');
  if (typeof app !== 'object' || app === null || Array.isArray(app))
    return err(nonsense(at, 'its answer holds no app: is that the address of a Marathon?'));
  return ok(JSON.stringify(app, null, 2));
}

function textIn(value: unknown, name: string): string | null {
  const found = fieldOf(value, name);
  return typeof found === 'string' && found !== '' ? printable(found, 300) : null;
}
