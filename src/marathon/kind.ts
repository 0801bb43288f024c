import { isList, isObject, type Json, type JsonObject, member, type Way } from './json.ts';

/** An app in a document, and the way to it; or why the document is none. */
export type Found =
  | { readonly app: JsonObject; readonly way: Way }
  | { readonly message: string; readonly hint: string };

/** Finds the app: the document itself, or `app` of what Marathon answers to a GET of one app. */
export function findApp(value: Json): Found {
  if (isList(value)) {
    return {
      message: `This is a list of ${value.length}, and not one app.`,
      hint: 'Give one app, as POST /v2/apps takes it; check several one after the other.',
    };
  }
  if (!isObject(value)) {
    return {
      message: `This is ${value === null ? 'null' : `a ${typeof value}`}, and no app: Marathon takes a JSON object.`,
      hint: 'Give an app, as POST /v2/apps takes it.',
    };
  }
  const inner = member(value, 'app');
  if (isObject(inner) && member(value, 'id') === undefined)
    return notAnApp(inner) ?? { app: inner, way: ['app'] };
  return notAnApp(value) ?? { app: value, way: [] };
}

function notAnApp(value: JsonObject): Found | null {
  const apps = member(value, 'apps');
  if (isList(apps) && member(value, 'id') === undefined && member(value, 'groups') === undefined) {
    return {
      message: `This holds ${apps.length} apps, as GET /v2/apps answers them, and is not one.`,
      hint: 'Give one of them; check several one after the other.',
    };
  }
  if (isList(apps) || isList(member(value, 'groups'))) {
    return {
      message: 'This is a group of apps (for /v2/groups), and not one app.',
      hint: 'Give one of its "apps"; check several one after the other.',
    };
  }
  if (isList(member(value, 'containers'))) {
    return {
      message:
        "This is a pod (for /v2/pods), and not an app: Mesos's own containerizer runs it, and docker's archive is not used.",
      hint: 'Give an app whose container is run by docker; name the credential of a pod with image.pullConfig.',
    };
  }
  return null;
}
