import { describe, expect, test } from 'vitest';
import { groupCauses } from '../../src/output/causes.ts';
import { failed, prepared, trouble } from './samples.ts';

const causes = (...agents: Parameters<typeof groupCauses>[0]) =>
  groupCauses(agents).map(({ code, names }) => `${code} ${names.join(' ')}`);

describe('failures are grouped by what mends them', () => {
  test('the same words on other hosts are one cause', () => {
    const agents = ['a-1', 'a-2', 'a-3'].map((name) => failed(name, trouble(name, 'REGISTRY_TLS')));
    expect(causes(...agents)).toEqual(['REGISTRY_TLS a-1 a-2 a-3']);
  });

  test('another registry, path or check is another cause', () => {
    expect(
      causes(
        failed('a-1', trouble('a-1', 'REGISTRY_TLS')),
        failed('a-2', trouble('a-2', 'REGISTRY_TLS', { registry: 'registry-2.example.com' })),
        failed('a-3', trouble('a-3', 'CHECK_FAILED', { id: 'docker', reason: 'exit code 1' })),
        failed('a-4', trouble('a-4', 'CHECK_FAILED', { id: 'dockerd', reason: 'exit code 1' })),
      ),
    ).toEqual(['REGISTRY_TLS a-1', 'REGISTRY_TLS a-2', 'CHECK_FAILED a-3', 'CHECK_FAILED a-4']);
  });

  test.each([
    ['ports', 'port 2201', 'port 2202'],
    ['process ids', 'pid 411 holds the lock', 'pid 9 holds the lock'],
    ['sizes and times', '12kB left after 3.5s', '800kB left after 12s'],
    ['dates', 'since 2026-01-02T03:04:05Z', 'since 2026-02-03T04:05:06.789Z'],
    ['key fingerprints', 'key SHA256:abc+/=', 'key SHA256:xyz'],
    ['their own host and name', 'seen by a-1 at 10.0.0.1.', 'seen by a-2 at 10.0.0.2.'],
  ])('%s differ from agent to agent and make no other cause', (_, first, second) => {
    const agents = [
      failed('a-1', trouble('a-1', 'NO_SPACE', { reason: first })),
      failed('a-2', trouble('a-2', 'NO_SPACE', { reason: second })),
    ];
    expect(causes(...agents)).toEqual(['NO_SPACE a-1 a-2']);
  });

  test("an address that only begins with an agent's own is another word", () => {
    const tls = (name: string) => failed(name, trouble(name, 'REGISTRY_TLS', { registry: '10.0.0.12:5000' }));
    expect(causes(tls('a-1'), tls('a-3'))).toEqual(['REGISTRY_TLS a-1 a-3']);
  });

  test('the cause that struck most agents comes first, then inventory order', () => {
    const tls = (name: string) => failed(name, trouble(name, 'REGISTRY_TLS'));
    const refused = (name: string) => failed(name, trouble(name, 'CONNECTION_REFUSED'));
    const missing = failed('a-5', trouble('a-5', 'DOCKER_MISSING'));
    expect(causes(refused('a-1'), tls('a-2'), missing, tls('a-4'))).toEqual([
      'REGISTRY_TLS a-2 a-4',
      'CONNECTION_REFUSED a-1',
      'DOCKER_MISSING a-5',
    ]);
  });

  test('an agent with several failures is in each of their causes', () => {
    const both = failed(
      'a-1',
      trouble('a-1', 'CHECK_FAILED', { id: 'x' }),
      trouble('a-1', 'CHECK_TIMED_OUT', { id: 'y' }),
    );
    expect(causes(both, prepared('a-2'))).toEqual(['CHECK_FAILED a-1', 'CHECK_TIMED_OUT a-1']);
  });

  test('an agent is named once in a cause, however often it failed of it', () => {
    const twice = trouble('a-1', 'REGISTRY_UNREACHABLE');
    expect(causes(failed('a-1', twice, twice))).toEqual(['REGISTRY_UNREACHABLE a-1']);
  });

  test('a thousand wordings of one code stay four causes', () => {
    const words = (index: number) =>
      `word${'abcdefghij'[index % 10]}${'abcdefghij'[Math.floor(index / 10) % 10]}${index}x`;
    const agents = Array.from({ length: 1_000 }, (_, index) => {
      return failed(`a-${index}`, trouble(`a-${index}`, 'SHELL_UNUSABLE', { reason: words(index) }));
    });
    const groups = groupCauses(agents);
    expect(groups.map(({ names }) => names.length)).toEqual([997, 1, 1, 1]);
    expect(groups[0]).toMatchObject({ sameMessage: false });
  });

  test('whether all have the very same words is told', () => {
    const rejected = (name: string) => failed(name, trouble(name, 'REGISTRY_AUTH_REJECTED'));
    const tls = (name: string) => failed(name, trouble(name, 'REGISTRY_TLS'));
    expect(groupCauses([rejected('a-1'), rejected('a-2')])[0]).toMatchObject({
      sameMessage: true,
      sameHint: true,
    });
    expect(groupCauses([tls('a-1'), tls('a-2')])[0]).toMatchObject({ sameMessage: false, sameHint: true });
  });

  test('characters with a meaning in patterns are just characters of a host', () => {
    const odd = (name: string, host: string) => ({
      ...failed(name, trouble(name, 'CONNECTION_REFUSED', { host })),
      host,
    });
    expect(causes(odd('a-1', 'fe80::1%eth0'), odd('a-2', '2001:db8::[2'))).toEqual([
      'CONNECTION_REFUSED a-1 a-2',
    ]);
  });
});
