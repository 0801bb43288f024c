import { isObject, type JsonObject, member } from './json.ts';
import type { Rule } from './rule.ts';

/** Only docker runs privileged tasks. */
export const privileged: Rule = ({ shape }) => {
  if (shape.containerType !== 'MESOS' || member(shape.docker ?? {}, 'privileged') !== true) return [];
  // pullConfig would be refused with DOCKER.
  const hasPullConfig = member(shape.docker ?? {}, 'pullConfig') !== undefined;
  const { pullConfig: _, ...docker } = shape.docker ?? {};
  return [
    {
      code: 'APP_PRIVILEGED_UNSUPPORTED',
      way: [...shape.way, 'container', 'docker', 'privileged'],
      message:
        '"privileged" is supported only with the docker containerizer: with "type": "MESOS" the task is started without these rights, and a Docker daemon inside it cannot work.',
      hint: hasPullConfig
        ? 'Let docker run it. It takes no pullConfig: fetch the archive in its place.'
        : 'Let docker run it, or leave "privileged" out.',
      correction: hasPullConfig
        ? { at: [...shape.way, 'container'], value: { ...container(shape.app), type: 'DOCKER', docker } }
        : { into: shape.way, members: { container: { type: 'DOCKER' } } },
    },
  ];
};

/** Only Mesos's own containerizer knows pullConfig. */
export const pullConfig: Rule = ({ shape }) => {
  if (shape.containerType !== 'DOCKER' || member(shape.docker ?? {}, 'pullConfig') === undefined) return [];
  const { pullConfig: _, ...docker } = shape.docker ?? {};
  return [
    {
      code: 'APP_PULLCONFIG_UNSUPPORTED',
      way: [...shape.way, 'container', 'docker', 'pullConfig'],
      message:
        'Marathon refuses the app: "pullConfig is not supported with Docker containerizer" (and DOCKER is the default type).',
      hint: 'Leave it out: docker takes the credential of the archive, which "fetch" brings.',
      correction: { at: [...shape.way, 'container', 'docker'], value: docker },
    },
  ];
};

function container(app: JsonObject): JsonObject {
  const found = member(app, 'container');
  return isObject(found) ? found : {};
}
