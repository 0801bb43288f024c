import { expect, test } from 'vitest';
import { daemonTrouble } from '../../src/domain/docker-daemon.ts';

test.each([
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    /cannot connect/,
  ],
  ['Cannot connect to the Docker daemon. Is the docker daemon running on this host?', /cannot connect/],
  ['error during connect: Get "http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.24/info": open', /cannot connect/],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    /denied/,
  ],
  ['dial unix /var/run/docker.sock: connect: permission denied', /denied/],
])('the daemon is not there, or not to be used: %s', (text, words) =>
  expect(daemonTrouble(text)).toMatch(words),
);

test.each(['', 'Error: No such container: x', 'permission denied', 'docker.sock\npermission denied'])(
  '%j says nothing about the daemon',
  (text) => expect(daemonTrouble(text)).toBeNull(),
);
