import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daemonVerb, interpretMeans } from '../../src/steps/daemon.ts';
import { answer, CTX } from './support.ts';

const CLIENT_28 = 'Client: Docker Engine - Community\n Version:           28.2.2\n API version:       1.50\n';
const SERVER_28 = '\nServer: Docker Engine - Community\n Engine:\n  Version:          28.2.2\n';
const OLD = 'Client:\n Version:      1.13.1\n\nServer:\n Version:      1.13.1\n';

const says = (output: string, fields: Record<string, string> = {}) =>
  interpretMeans(
    answer('docker', { code: '0', timed: 'no', curl: 'yes', ...fields }, { path: '/usr/bin/docker', output }),
    CTX,
  );

test('docker is asked for its version and the daemon’s', () => {
  expect(daemonVerb()).toEqual({ verb: 'docker', seconds: 20, asks: 'daemon' });
});

test.each([
  ['of today', CLIENT_28 + SERVER_28],
  ['of 2017', OLD],
])('a docker %s whose daemon answers', (_, output) => {
  expect(says(output)).toEqual({ ok: true, value: { curl: true, trouble: null } });
});

describe('trouble:', () => {
  test.each([
    [
      'the daemon is down',
      `${CLIENT_28}Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?`,
      { code: '1' },
      'DOCKER_DAEMON_DOWN',
    ],
    [
      'its socket is not for this user',
      `${CLIENT_28}permission denied while trying to connect to docker.sock`,
      { code: '1' },
      'DOCKER_DAEMON_DOWN',
    ],
    [
      'it fails in other words',
      `${CLIENT_28}Error response from daemon: oops`,
      { code: '1' },
      'DOCKER_DAEMON_DOWN',
    ],
    ['only the client speaks', CLIENT_28, {}, 'DOCKER_DAEMON_DOWN'],
    ['it hangs', '', { code: '137', timed: 'yes' }, 'DOCKER_TIMED_OUT'],
    ['podman', 'Client:       Podman Engine\nVersion:      4.3.1\n', {}, 'DOCKER_MISSING'],
    ['one that cannot run', 'Exec format error', { code: '126' }, 'DOCKER_MISSING'],
    ['something else', 'hello', {}, 'DOCKER_MISSING'],
  ] as [string, string, Record<string, string>, string][])('%s', (_, output, fields, code) => {
    expect(says(output, fields)).toMatchObject({
      ok: true,
      value: { curl: true, trouble: { code, step: 'install' } },
    });
  });

  test('none at all', () => {
    const found = interpretMeans(answer('docker', { curl: 'no' }), CTX);
    expect(found).toMatchObject({ value: { curl: false, trouble: { code: 'DOCKER_MISSING' } } });
  });
});

test('whatever is said, there is a value', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.dictionary(fc.constantFrom('code', 'timed', 'curl'), fc.string()),
      (output, fields) => {
        const found = says(output, fields);
        if (!found.ok) expect(found.error.code).toBe('REMOTE_PROTOCOL');
      },
    ),
  );
});
