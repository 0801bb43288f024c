import { describe, expect, test } from 'vitest';
import {
  keyServes,
  loginServer,
  registryHost,
  registryKey,
  registryName,
} from '../../src/credential/registry-key.ts';

const HUB_KEY = 'https://index.docker.io/v1/';

test('Docker Hub has a key of its own, is named to docker login by nothing, and answers at its registry host', () => {
  expect(registryKey('docker.io')).toBe(HUB_KEY);
  expect(loginServer('docker.io')).toBe('');
  expect(registryHost('docker.io')).toBe('registry-1.docker.io');
});

test.each(['registry.example.com', 'registry.example.com:5000', '127.0.0.1:5000'])(
  '%s is its own key, server and host',
  (name) => {
    expect([registryKey(name), loginServer(name), registryHost(name)]).toEqual([name, name, name]);
  },
);

test.each([
  [HUB_KEY, 'docker.io'],
  ['docker.io', 'docker.io'],
  ['index.docker.io', 'docker.io'],
  ['https://registry-1.docker.io/v2/', 'docker.io'],
  ['registry.example.com:5000', 'registry.example.com:5000'],
  ['https://registry.example.com/v1/', 'registry.example.com'],
  ['http://registry.example.com:5000/foo/\nbar', 'registry.example.com:5000'],
])('the key %j means %s', (key, name) => expect(registryName(key)).toBe(name));

describe('docker finds a stored key', () => {
  test.each([
    ['registry.example.com', 'registry.example.com', true],
    ['https://registry.example.com', 'registry.example.com', true],
    ['http://registry.example.com/v1/', 'registry.example.com', true],
    ['https://registry.example.com:5000', 'registry.example.com', false],
    ['registry.example.com', 'other.example.com', false],
    [HUB_KEY, 'docker.io', true],
    ['docker.io', 'docker.io', false],
    ['https://docker.io/v1/', 'docker.io', false],
  ])('%s for %s: %s', (stored, name, found) => expect(keyServes(stored, name)).toBe(found));
});
