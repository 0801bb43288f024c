import fc from 'fast-check';
import type { Surroundings } from '../../src/marathon/app.ts';
import { agent, check, corrected, findingsOf, type Members, RUNNER, type Value } from './support.ts';

// Apps with any mixture of faults. What a schema cannot know of (outputFile, the operator IS) is left out.

const URI = 'file:///etc/docker.tar.gz';
const registries = ['registry.example.com', 'docker.io'];

/** What these apps are compared with: all that is wrong about them can be corrected in them. */
export const AROUND: Surroundings = {
  targets: [agent('gpu-1', undefined, registries), agent('gpu-2', undefined, registries)],
  registries,
  marathon: null,
};

const maybe = (name: string, ...values: Value[]): fc.Arbitrary<Members> =>
  fc.oneof(
    fc.constant({}),
    fc.constantFrom(...values).map((value) => ({ [name]: value })),
  );

const joined = (...parts: fc.Arbitrary<Members>[]): fc.Arbitrary<Members> =>
  fc.tuple(...parts).map((all) => Object.assign({}, ...all));

const uri = fc.constantFrom(
  ...[URI, '/etc/docker.tar.gz', 'file:/etc/docker.tar.gz', 'file://etc/docker.tar.gz'],
  ...['file:/opt/x', 'https://example.com/x', 'file://localhost/etc/docker.tar.gz'],
);
const entry = joined(
  uri.map((value) => ({ uri: value })),
  maybe('cache', true, false, null, 'yes'),
  maybe('extract', true, false, 'true'),
  maybe('executable', true, false, 1),
  maybe('destPath', 'docker.tgz', 'creds', 'a.gz', '', 5),
);
const fetch = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.array(fc.oneof<fc.Arbitrary<Value>[]>(entry, fc.constantFrom<Value>({}, URI, 7)), { maxLength: 3 }),
  fc.constantFrom<Value>(null, URI, { uri: URI }),
);
const uris = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.array(fc.oneof<fc.Arbitrary<Value>[]>(uri, fc.constantFrom<Value>('', 5)), { maxLength: 3 }),
  fc.constantFrom<Value>(null, URI),
);

const command = fc.constantFrom(
  ...[RUNNER, 'docker ps -a', 'ps -Aef | grep -q ./runner', 'ps -Aef | grep -q dockerd', 'pgrep -f x'],
  ...[
    'test "$X" = 1',
    'curl "http://localhost"',
    'a || b; c # d',
    'echo `x` \\',
    "it's",
    'if a; then b; fi',
    ' ',
  ],
);
const healthCheck = fc.oneof<fc.Arbitrary<Value>[]>(
  joined(
    command.map((value) => check(value)),
    maybe('timeoutSeconds', 0, 1, 20, '20', -3),
    maybe('maxConsecutiveFailures', 0, 3, 1.5),
    maybe('intervalSeconds', 30, 60),
    maybe('gracePeriodSeconds', 0, 300, 'x'),
  ),
  fc.constantFrom<Value>(
    { protocol: 'COMMAND' },
    { protocol: 'COMMAND', command: 'x' },
    { protocol: 'command' },
    { protocol: 'HTTP', path: '/', timeoutSeconds: 1 },
    { protocol: 'MESOS_HTTP', portIndex: 0 },
    'docker ps',
  ),
);
const healthChecks = fc.oneof<fc.Arbitrary<Value>[]>(
  fc.array(healthCheck, { maxLength: 4 }),
  fc.constantFrom<Value>(null, 'x', check('docker ps')),
);

const docker = joined(
  maybe(
    'image',
    ...[
      'registry.example.com/a:1',
      'registry.example.com:5000/a:1',
      'registry-1.docker.io/a/b',
      'iron/runner',
    ],
    ...['https://registry.example.com/A', 'a b', '', 5],
  ),
  maybe('privileged', true, false, 'true'),
  maybe('forcePullImage', true, 0),
  maybe('pullConfig', { secret: 's' }),
  maybe('parameters', [{ key: 'env', value: 'A=b' }]),
);
const container = fc.oneof<fc.Arbitrary<Value>[]>(
  joined(
    maybe('type', 'DOCKER', 'MESOS', 'LXC', null),
    fc.oneof(
      docker.map((value) => ({ docker: value })),
      maybe('docker', null, 'x'),
    ),
  ),
  fc.constantFrom<Value>(null, 'x'),
);

/** An app with any of the faults that a correction can take away. */
export const faultyApp: fc.Arbitrary<Members> = joined(
  maybe('id', '/x', 'Upper_Case', '/', '', 7, 'a/../b', '-x-/.y'),
  fetch.map((value) => ({ fetch: value })),
  fc.oneof(
    fc.constant({}),
    uris.map((value) => ({ uris: value })),
  ),
  healthChecks.map((value) => ({ healthChecks: value })),
  container.map((value) => ({ container: value })),
  maybe('env', { A: 'b', CLUSTER_TOKEN: 'planted', 'odd name\n_TOKEN': 'x' }, { A: 5 }, [], null),
  maybe('secrets', { 'cluster-token': { source: 'x' } }),
  maybe('user', 'root', 5, null),
  maybe(
    'constraints',
    [['hostname', 'UNIQUE']],
    [['hostname', 'like', 'x']],
    [['a']],
    [[5, 'LIKE', 'x', 'y']],
    'x',
    [7],
  ),
);

/** The app after its first finding is corrected, again and again, until there is none. */
export function allCorrected(app: Members): Members {
  let better = app;
  for (let round = 0; round < 60; round += 1) {
    const [first] = findingsOf(better, AROUND);
    if (first === undefined) break;
    better = corrected(better, first) as Members;
  }
  return better;
}
