import { foldNames } from '../domain/names.ts';
import type { Target, Warning } from '../domain/target.ts';
import type { WrittenRegistry } from './read.ts';
import { shown } from './words.ts';

type Doubt = readonly [
  code: string,
  isDoubtful: (target: Target) => boolean,
  message: (target: Target) => string,
  hint: string,
];

const octal = (mode: number): string => `0${mode.toString(8).padStart(3, '0')}`;

const DOUBTS: readonly Doubt[] = [
  [
    'ARCHIVE_WORLD_READABLE',
    ({ archive }) => (archive.mode & 0o004) !== 0,
    ({ archive }) =>
      `With the mode ${octal(archive.mode)} every user of the agent can read the registry credential in ${archive.path}`,
    'Set archive.mode to "0600", or to "0640" with the group that needs it.',
  ],
  [
    'ARCHIVE_WORLD_WRITABLE',
    ({ archive }) => (archive.mode & 0o002) !== 0,
    ({ archive }) =>
      `With the mode ${octal(archive.mode)} every user of the agent can replace ${archive.path}`,
    'Set archive.mode to "0600" or "0640".',
  ],
  [
    // Mesos's fetcher extracts by the suffix of the name (mesos, src/launcher/fetcher.cpp); this is a gzipped tar.
    'ARCHIVE_SUFFIX',
    ({ archive }) => !/\.(?:tar\.gz|tgz)$/.test(archive.path),
    ({ archive }) =>
      `Mesos does not unpack ${archive.path}: it goes by the name, which does not end in .tar.gz or .tgz`,
    'Set archive.path to a name that ends in .tar.gz, unless something else unpacks the archive.',
  ],
  [
    'BECOME_PASSWORD_UNUSED',
    ({ become }) => become.method === 'doas' && become.password !== null,
    () => 'become.password is of no use with doas, which asks for a password on a terminal only',
    'Allow doas without a password on these agents (permit nopass core), or use sudo there.',
  ],
  [
    'NO_CHECKS',
    ({ checks }) => checks.length === 0,
    () => 'The list of checks is empty, so no health-check command is verified',
    'Leave checks out for the three usual ones.',
  ],
];

/** What is allowed but doubtful, one warning for all agents that share it. */
export function inventoryWarnings(targets: readonly Target[]): readonly Warning[] {
  return DOUBTS.flatMap(([code, isDoubtful, message, hint]) => {
    const groups = Map.groupBy(targets.filter(isDoubtful), message);
    return Array.from(groups, ([text, doubtful]) => {
      const names =
        doubtful.length === targets.length ? '' : ` (${shown(foldNames(doubtful.map(({ name }) => name)))})`;
      return { code, message: `${text}${names}.`, hint };
    });
  });
}

/** Names that people use for Docker Hub and docker does not. */
export function registryWarnings(registries: readonly WrittenRegistry[]): readonly Warning[] {
  return registries.flatMap(({ key, name }) => {
    if (name?.notDockers !== true) return [];
    const message = `The registry ${key} is taken for Docker Hub, but docker finds no credential for images whose names start with ${key}.`;
    return [
      {
        code: 'REGISTRY_ALIAS',
        message,
        hint: 'Name the registry docker.io, and the images without a host or with docker.io.',
      },
    ];
  });
}
