import { type ImageReference, parseImage } from '../domain/image.ts';
import type { AppSource, CheckRequest, FleetRequest } from '../domain/request.ts';
import { isUserName } from '../domain/user-name.ts';
import type { Problem } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { badValue, problem, shown } from './problems.ts';
import type { FlagReader } from './values.ts';

// One name of an app's id as Marathon's AppDefinition.json has it.
const NAME = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*';
const APP_ID = new RegExp(`^/?${NAME}(?:/${NAME})*$`);

/** What the flags of `check` ask for, beyond those that it shares with `run`. */
export function checkRequest(fleet: FleetRequest, flags: FlagReader): CheckRequest {
  const path = flags.text('--app');
  const url = flags.value('--marathon', readUrl);
  const appId = flags.value('--app-id', readAppId);
  return {
    ...fleet,
    command: 'check',
    app: path === null ? inMarathon(url, appId) : { kind: 'file', path },
    image: flags.value('--image', readImage),
    pull: flags.given('--pull'),
    pullTimeoutMs: flags.duration('--pull-timeout'),
    taskUser: flags.value('--task-user', readUser),
    strict: flags.given('--strict'),
    prometheus: flags.text('--prometheus'),
  };
}

function inMarathon(url: URL | null, appId: string | null): AppSource | null {
  return url === null || appId === null ? null : { kind: 'marathon', url, appId };
}

/** What is wrong is told without the address itself where it may hold a password or a token. */
function readUrl(text: string): Result<URL, Problem> {
  const url = URL.parse(text);
  const where = 'its token comes from the inventory: marathon: { token: { env: NAME } }.';
  if (text.includes('@'))
    return refused('`--marathon` holds a user or a password.', `Write only the address; ${where}`);
  if (/[?#]/.test(text))
    return refused('`--marathon` has a query or a fragment.', `Leave out what begins with ? or #; ${where}`);
  if (url === null || !/^https?:\/\/[^/]/i.test(text))
    return err(badValue('--marathon', text, 'an address: https://marathon.example.com:8443'));
  return ok(url);
}

function refused(message: string, hint: string): Result<never, Problem> {
  return err(problem('BAD_VALUE', message, hint));
}

function readAppId(text: string): Result<string, Problem> {
  const wanted = 'names of lower-case letters, digits, dashes and dots, with slashes between: /group/app';
  if (text.length > 1_000 || !APP_ID.test(text)) return err(badValue('--app-id', text, wanted));
  return ok(text.startsWith('/') ? text : `/${text}`);
}

function readImage(text: string): Result<ImageReference, Problem> {
  const image = parseImage(text);
  const wanted = 'an image as docker names it: registry.example.com/team/app:1.2';
  return image === null ? err(badValue('--image', text, wanted)) : ok(image);
}

function readUser(text: string): Result<string, Problem> {
  return isUserName(text) ? ok(text) : err(badValue('--task-user', text, "a user's name: nobody"));
}

/** Flags of `check` that need each other, or that say the same twice. */
export function checkTogether(flags: Pick<FlagReader, 'given'>): readonly Problem[] {
  const given = (long: string) => flags.given(long);
  const problems: Problem[] = [];
  const needs = (long: string, what: string) =>
    problems.push(problem('MISSING_FLAG', `${shown(long)} needs ${what}.`, 'More: node-prep check --help'));
  const apart = (one: string, other: string, why: string) => {
    if (given(one) && given(other))
      problems.push(
        problem('CONFLICTING_FLAGS', `${shown(one)} and ${shown(other)} exclude each other.`, why),
      );
  };
  const fromMarathon = given('--marathon') ? '--marathon' : '--app-id';
  const app = given('--app') || given(fromMarathon);
  apart('--app', fromMarathon, 'The app comes from a file or from Marathon: keep one of them.');
  if (!given('--app')) {
    if (given('--marathon') && !given('--app-id')) needs('--marathon', '`--app-id <id>`: which app');
    if (given('--app-id') && !given('--marathon')) needs('--app-id', '`--marathon <url>`: where the app is');
  }
  apart(given('--app') ? '--app' : fromMarathon, '--image', 'The app names its image: leave `--image` out.');
  if (given('--pull') && !app && !given('--image'))
    needs('--pull', 'something to pull: `--image <ref>`, or an app by `--app` or `--marathon`');
  if (given('--pull-timeout') && !given('--pull'))
    needs('--pull-timeout', '`--pull`: without it nothing is pulled');
  if (given('--strict') && !app)
    needs('--strict', 'an app to be strict about: `--app <file>`, or `--marathon <url> --app-id <id>`');
  return problems;
}
