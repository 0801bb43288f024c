import { describe, expect, test } from 'vitest';
import { readApp } from '../../src/marathon/app.ts';
import {
  app,
  around,
  check,
  corrected,
  correctionOf,
  findingsOf,
  found,
  the,
  type Value,
  withDocker,
} from './support.ts';

const only = (text: string) => readApp(text).findings(around);

describe('a text that is no app', () => {
  test.each([
    ['nothing', '', 1, 1, 'it is empty'],
    ['blanks', ' \n\t', 1, 1, 'it is empty'],
    ['a comment', '{\n  // why\n  "id": "/x"}', 2, 3, 'JSON has no comments'],
    ['a trailing comma', '{"id": "/x",}', 1, 13, 'no trailing commas'],
    ['half an app', '{"id": "/x"', 1, 12, 'a closing brace is expected'],
    ['YAML', 'id: /x\n', 1, 1, 'a word that JSON does not know'],
    ['two apps', '{"id": "/x"}\n{"id": "/y"}', 2, 1, 'something stands after its end'],
    ['a line break in a string', '{"id": "/x\n"}', 1, 8, 'a string has no end'],
    ['a number with a zero in front', '{"id": "/x", "cpus": 01}', 1, 23, ''],
    ['endless depth', '['.repeat(100_000), 1, 201, 'nested deeper than 200 levels'],
    ['something endless', `"${'x'.repeat(1_100_000)}"`, 1, 1, 'longer than a megabyte'],
  ])('is told where it ends to be JSON: %s', (_, text, line, column, why) => {
    const { app: none, findings } = readApp(text);
    expect(none).toBeNull();
    expect(findings(around)).toMatchObject([
      {
        code: 'APP_INVALID',
        severity: 'error',
        path: '$',
        line,
        column,
        message: expect.stringContaining(why),
      },
    ]);
  });

  test.each<[string, Value, string]>([
    ['several apps', [app(), app()], 'a list of 2, and not one app'],
    ['what GET /v2/apps answers', { apps: [app()] }, '1 apps, as GET /v2/apps answers'],
    ['a group', { id: '/g', apps: [app()] }, 'a group of apps'],
    ['a group of groups', { id: '/g', groups: [] }, 'a group of apps'],
    ['a pod', { id: '/p', containers: [{ name: 'a' }] }, 'a pod'],
    ['a string', 'app', 'a string, and no app'],
    ['null', null, 'null, and no app'],
    ['a number', 1, 'a number, and no app'],
  ])('is told for what it is: %s', (_, value, words) => {
    const { app: none, findings } = readApp(JSON.stringify(value));
    expect(none).toBeNull();
    const [finding, ...others] = findings(around);
    expect(others).toEqual([]);
    expect(finding?.message).toContain(words);
  });
});

describe('APP_INVALID', () => {
  test.each<[string, Value, string, Value]>([
    ['an id in capitals', app({ id: '/Iron/My_Runner' }), '$.id', '/iron/my-runner'],
    ['an id that is no string', app({ id: 5 }), '$.id', '/app'],
    ['the root', app({ id: '/' }), '$.id', '/app'],
    ['an id that ends with a dash', app({ id: 'x-' }), '$.id', '/x'],
    [
      'a container that is none',
      app({ container: 'x' }),
      '$.container',
      {
        type: 'DOCKER',
        docker: { image: 'registry.example.com/app:1' },
      },
    ],
    ['another type of container', withDocker({}, 'LXC'), '$.container.type', 'DOCKER'],
    [
      'an image with a scheme',
      withDocker({ image: 'https://registry.example.com/App:1' }),
      '$.container.docker.image',
      'registry.example.com/app:1',
    ],
    [
      'an image that is none',
      withDocker({ image: 'a b' }),
      '$.container.docker.image',
      'registry.example.com/app:1',
    ],
    ['a flag in quotes', withDocker({ privileged: 'true' }), '$.container.docker.privileged', true],
    [
      'fetch without a list',
      app({ fetch: { uri: '/etc/docker.tar.gz' } }),
      '$.fetch',
      [{ uri: '/etc/docker.tar.gz' }],
    ],
    ['fetch of strings', app({ fetch: ['/etc/docker.tar.gz'] }), '$.fetch[0]', { uri: '/etc/docker.tar.gz' }],
    [
      'a flag of fetch',
      app({ fetch: [{ uri: '/etc/docker.tar.gz', cache: 'no' }] }),
      '$.fetch[0].cache',
      false,
    ],
    [
      'a destPath',
      app({ fetch: [{ uri: '/etc/docker.tar.gz', destPath: 1 }] }),
      '$.fetch[0].destPath',
      'docker.tar.gz',
    ],
    [
      'uris without a list',
      app({ fetch: null, uris: '/etc/docker.tar.gz' }),
      '$.uris',
      ['/etc/docker.tar.gz'],
    ],
    ['healthChecks without a list', app({ healthChecks: check('a') }), '$.healthChecks', [check('a')]],
    ['a check that is none', app({ healthChecks: ['a'] }), '$.healthChecks[0]', check('docker ps -q')],
    [
      'a protocol in small letters',
      app({ healthChecks: [{ protocol: 'http' }] }),
      '$.healthChecks[0].protocol',
      'HTTP',
    ],
    [
      'a number in quotes',
      app({ healthChecks: [check('a', { timeoutSeconds: '20' })] }),
      '$.healthChecks[0].timeoutSeconds',
      20,
    ],
    [
      'a negative number',
      app({ healthChecks: [check('a', { maxConsecutiveFailures: -1 })] }),
      '$.healthChecks[0].maxConsecutiveFailures',
      3,
    ],
    [
      'half a second',
      app({ healthChecks: [{ protocol: 'HTTP', timeoutSeconds: 0.5 }] }),
      '$.healthChecks[0].timeoutSeconds',
      20,
    ],
    ['env without names', app({ env: ['A=b'] }), '$.env', { NAME: 'value' }],
    ['a user that is no name', app({ user: 0 }), '$.user', 'root'],
    ['constraints without a list', app({ constraints: 'x' }), '$.constraints', [['hostname', 'UNIQUE']]],
    [
      'an operator in small letters',
      app({ constraints: [['hostname', 'like', 'a.*']] }),
      '$.constraints[0]',
      ['hostname', 'LIKE', 'a.*'],
    ],
    [
      'a constraint without an operator',
      app({ constraints: [['hostname']] }),
      '$.constraints[0]',
      ['hostname', 'UNIQUE'],
    ],
    [
      'a constraint with a number',
      app({ constraints: [['rack', 'MAX_PER', 2]] }),
      '$.constraints[0]',
      ['rack', 'MAX_PER'],
    ],
  ])('is said of %s', (_, value, path, better) => {
    const finding = the('APP_INVALID', value);
    expect(finding).toMatchObject({ severity: 'error', path });
    expect(correctionOf(finding)).toEqual({ path, merge: false, value: better });
    expect(found(corrected(value, finding)).filter((line) => line.startsWith('APP_INVALID'))).toEqual([]);
  });

  test.each<[string, Value, string]>([
    ['no id', { ...app(), id: null }, '$'],
    ['a DOCKER container without docker', app({ container: { type: 'DOCKER' } }), '$.container'],
    ['docker that is none', app({ container: { docker: 1 } }), '$.container.docker'],
    ['no image', app({ container: { type: 'DOCKER', docker: {} } }), '$.container.docker'],
    ['an entry without a URI', app({ fetch: [{ uri: '/etc/docker.tar.gz' }, {}] }), '$.fetch[1]'],
    [
      'a COMMAND check without a command',
      app({ healthChecks: [{ protocol: 'COMMAND' }] }),
      '$.healthChecks[0]',
    ],
    [
      'one without a value',
      app({ healthChecks: [{ protocol: 'COMMAND', command: {} }] }),
      '$.healthChecks[0].command',
    ],
    ['one of blanks', app({ healthChecks: [check(' ')] }), '$.healthChecks[0].command'],
    [
      'one that is a string',
      app({ healthChecks: [{ protocol: 'COMMAND', command: 'a' }] }),
      '$.healthChecks[0].command',
    ],
  ])('is said where something is missing: %s', (_, value, path) => {
    const finding = the('APP_INVALID', value);
    expect(finding.path).toBe(path);
    expect(found(corrected(value, finding)).filter((line) => line.startsWith('APP_INVALID'))).toEqual([]);
  });

  test('a variable that is no string is told without its value', () => {
    const value = app({ env: { PORT: 8080, OTHER: { source: 'x' }, A: 'b', S: { secret: 's' }, N: null } });
    expect(found(value)).toEqual(['APP_INVALID $.env.PORT', 'APP_INVALID $.env.OTHER']);
    expect(findingsOf(value)[0]?.hint).not.toContain('8080');
  });

  test('names that are there twice are told, and the last counts', () => {
    const text = '{"id": "/x",\n "user": "a",\n "user": "b", "labels": {"a b": "1", "a b": "2"}}';
    expect(only(text)).toMatchObject([
      { code: 'APP_INVALID', path: '$.user', line: 3, column: 10 },
      { code: 'APP_INVALID', path: "$.labels['a b']", line: 3, column: 45 },
    ]);
    expect(readApp(text).app?.user).toBe('b');
  });
});

describe('whatever Marathon takes is taken', () => {
  test.each<[string, Value]>([
    ['the least', { id: 'x' }],
    ['a relative id', { id: '../x/y.z-1' }],
    [
      'nulls, as old Marathons answer',
      { ...app(), user: null, args: null, uris: null, constraints: null, env: null },
    ],
    ['the new networks', app({ networks: [{ mode: 'container/bridge' }], portDefinitions: [] })],
    ['the old ones', app({ ipAddress: {}, ports: [0] })],
    ['a container without docker', app({ container: { volumes: [] } })],
    ['what the API adds', app({ version: '2015-09-25T15:13:48.343Z', tasksRunning: 0, deployments: [] })],
    [
      'constraints of every kind',
      app({
        constraints: [
          ['hostname', 'UNIQUE', ''],
          ['rack', 'GROUP_BY'],
          ['@zone', 'IS', 'a'],
          { fieldName: 'a', operator: 'LIKE' },
        ],
      }),
    ],
    ['a name like one of JavaScript', { ...app(), constructor: 1, toString: 2 }],
  ])('%s', (_, value) => {
    expect(found(value).filter((line) => line.startsWith('APP_INVALID'))).toEqual([]);
  });

  test('what GET /v2/apps/x answers; the paths say so', () => {
    expect(found({ app: app({ fetch: [] }) })).toEqual(['APP_ARCHIVE_NOT_FETCHED $.app.fetch']);
    expect(readApp(JSON.stringify({ app: app() })).app?.image?.repository).toBe('iron/runner');
  });

  test('__proto__ is a name like any other', () => {
    expect(readApp('{"id": "/x", "__proto__": {"user": "root"}}').app?.user).toBeNull();
  });

  test('a byte order mark', () => {
    expect(readApp(`\ufeff${JSON.stringify(app())}`).findings(around)).toEqual([]);
  });
});
