import { parseImage } from '../domain/image.ts';
import { isObject, type JsonObject, member, type Way } from './json.ts';
import { flags, mistyped, refused } from './mistyped.ts';
import type { Case, Fault, Rule } from './rule.ts';

/** What docker or Mesos is to run, and from which image. */
export const containerInvalid: Rule = ({ shape, shown }) => {
  const at = [...shape.way, 'container'];
  const value = member(shape.app, 'container');
  if (value === undefined) return [];
  const model = { type: 'DOCKER', docker: { image: 'registry.example.com/app:1' } };
  if (!isObject(value)) return [mistyped(at, 'container', 'an object', model)];
  const type = member(value, 'type');
  if (type !== undefined && type !== 'DOCKER' && type !== 'MESOS')
    return [mistyped([...at, 'type'], 'container.type', 'DOCKER or MESOS', 'DOCKER')];
  const docker = member(value, 'docker');
  if (docker === undefined && type !== 'DOCKER') return [];
  if (!isObject(docker)) {
    const way = docker === undefined ? at : [...at, 'docker'];
    const message =
      'A container of type DOCKER needs "docker", an object with an image: Marathon refuses the app.';
    const correction = { into: at, members: { docker: model.docker } };
    return [{ ...refused(way, message, 'Name the image.', null), correction }];
  }
  return [...image(docker, at, shown), ...flags(docker, ['privileged', 'forcePullImage'], [...at, 'docker'])];
};

function image(docker: JsonObject, at: Way, shown: Case['shown']): readonly Fault[] {
  const value = member(docker, 'image');
  const way = [...at, 'docker', 'image'];
  const example = 'registry.example.com/app:1';
  if (typeof value !== 'string' || value === '') {
    const place = value === undefined ? [...at, 'docker'] : way;
    const problem = mistyped(place, 'container.docker.image', 'the name of an image', null);
    return [{ ...problem, correction: { into: [...at, 'docker'], members: { image: example } } }];
  }
  if (parseImage(value) !== null) return [];
  return [
    refused(
      way,
      `${shown(value)} is no image that docker takes: the pull ends with "invalid reference format", and no task ever starts.`,
      'Write registry/name:tag, without a scheme and with the name in small letters.',
      nearImage(value) ?? example,
    ),
  ];
}

/** Without a scheme and blanks, and with the name in small letters; undefined where that is no image either. */
function nearImage(written: string): string | undefined {
  const bare = written
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/\/+$/, '');
  const [, name = '', tag = ''] = /^(.*?)((?::[^:/]*)?(?:@.*)?)$/s.exec(bare) ?? [];
  return [bare, name.toLowerCase() + tag].find((guess) => parseImage(guess) !== null);
}
