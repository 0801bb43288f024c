import { describe, expect, test } from 'vitest';
import { readRegistryName } from '../../src/inventory/registry-name.ts';

describe('a registry is named as image names start', () => {
  test.each([
    'registry.example.com',
    'registry.example.com:5000',
    'localhost',
    'localhost:5000',
    'registry:5000',
    '127.0.0.1:5000',
    '[::1]:5000',
  ])('%s', (name) => {
    expect(readRegistryName(name)).toEqual({ ok: true, value: { name, notDockers: false } });
  });

  test.each([
    ['docker.io', false],
    ['index.docker.io', false],
    ['https://index.docker.io/v1/', false],
    ['Docker.IO', false],
    ['registry-1.docker.io', true],
    ['https://registry-1.docker.io/v2/', true],
    ['registry.hub.docker.com', true],
    ['hub.docker.com', true],
  ])('%s is Docker Hub', (written, notDockers) => {
    expect(readRegistryName(written)).toEqual({ ok: true, value: { name: 'docker.io', notDockers } });
  });
});

describe('what is no such name is refused, with the right one where it can be told', () => {
  test.each([
    ['https://registry.example.com', 'scheme or a path', '"registry.example.com"'],
    ['registry.example.com/team', 'scheme or a path', '"registry.example.com"'],
    ['https://registry.example.com:5000/v2/', 'scheme or a path', '"registry.example.com:5000"'],
    ['me@registry.example.com', 'user name', '"registry.example.com"'],
    ['registry', 'neither a dot nor a port', '"registry:443"'],
    ['registry.example.com:99999', 'no port', 'host:port'],
    ['registry.example.com:0', 'no port', 'host:port'],
    ['registry.example.com:', 'no port', 'host:port'],
    ['a b.example.com', 'blank', 'host:port'],
    ['-x.example.com', 'not a host name', 'host:port'],
    ['under_score.example.com', 'not a host name', 'host:port'],
    ['[nonsense]:5000', 'not a host name', 'host:port'],
    ['https://', 'scheme or a path', 'host:port'],
  ])('%s', (written, message, hint) => {
    expect(readRegistryName(written)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message), hint: expect.stringContaining(hint) },
    });
  });

  test('a password in a URL is not repeated', () => {
    expect(JSON.stringify(readRegistryName('https://me:hunter2@registry.example.com'))).not.toContain(
      'hunter2',
    );
  });
});
