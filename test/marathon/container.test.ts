import { describe, expect, test } from 'vitest';
import { agent, app, around, corrected, correctionOf, found, the, withDocker } from './support.ts';

const HUB = { registries: ['docker.io'], targets: [agent('gpu-1', undefined, ['docker.io'])] };
const IMAGE = '$.container.docker.image';

describe('APP_REGISTRY_NOT_COVERED', () => {
  test.each([
    ['registry.example.com/team/app', around],
    [`registry.example.com/app@sha256:${'0a'.repeat(32)}`, around],
    ['alpine', HUB],
    ['docker.io/iron/runner:1', HUB],
    ['index.docker.io/iron/runner:1', HUB],
  ])('is not said of %s where the archives have its registry', (image, there) => {
    expect(found(withDocker({ image }), there)).toEqual([]);
  });

  test.each([
    ['registry.example.com:5000/app:1', 'registry.example.com/app:1'],
    [
      `quay.example.com/team/app@sha256:${'0a'.repeat(32)}`,
      `registry.example.com/team/app@sha256:${'0a'.repeat(32)}`,
    ],
    ['alpine:3', 'registry.example.com/alpine:3'],
    ['iron/runner', 'registry.example.com/iron/runner'],
  ])('is said of %s', (image, better) => {
    const value = withDocker({ image });
    expect(found(value)).toEqual([`APP_REGISTRY_NOT_COVERED ${IMAGE}`]);
    const finding = the('APP_REGISTRY_NOT_COVERED', value);
    expect(finding.hint).toContain('to "registries" of the inventory, which has `registry.example.com`');
    expect(correctionOf(finding)?.value).toBe(better);
    expect(found(corrected(value, finding))).toEqual([]);
  });

  test('the registry on the same host comes first', () => {
    const registries = ['other.example.com', 'r.example.com:5000'];
    const there = { registries, targets: [agent('gpu-1', undefined, registries)] };
    const finding = the('APP_REGISTRY_NOT_COVERED', withDocker({ image: 'r.example.com/app' }), there);
    expect(correctionOf(finding)?.value).toBe('r.example.com:5000/app');
  });

  test('agents whose archive lacks it are named', () => {
    const targets = [agent('gpu-1'), agent('gpu-2', undefined, []), agent('gpu-3', undefined, [])];
    const finding = the('APP_REGISTRY_NOT_COVERED', app(), { targets });
    expect(finding.message).toContain(
      'the archive of `gpu-[2-3]` holds no credential of `registry.example.com`',
    );
    expect(correctionOf(finding)).toBeNull();
  });

  test.each(['registry-1.docker.io', 'hub.docker.com', 'registry.hub.docker.com'])(
    'is said of %s, which docker knows by another key',
    (host) => {
      const value = withDocker({ image: `${host}/iron/runner:1` });
      const finding = the('APP_REGISTRY_NOT_COVERED', value, HUB);
      expect(finding.message).toContain('the wrong key for Docker Hub');
      expect(correctionOf(finding)?.value).toBe('iron/runner:1');
      expect(found(corrected(value, finding), HUB)).toEqual([]);
      expect(the('APP_REGISTRY_NOT_COVERED', value).hint).toContain('add `docker.io` to the "registries"');
    },
  );

  test("is said where Mesos's own containerizer pulls: it does not look into the sandbox", () => {
    const value = { ...withDocker({}, 'MESOS'), fetch: [] };
    expect(found(value)).toEqual([`APP_REGISTRY_NOT_COVERED ${IMAGE}`]);
    expect(found(corrected(value, the('APP_REGISTRY_NOT_COVERED', value)))).toEqual([]);
    expect(found(withDocker({ pullConfig: { secret: 's' } }, 'MESOS'))).toEqual([]);
  });
});

describe('APP_PRIVILEGED_UNSUPPORTED', () => {
  test('is said where Mesos itself runs the container', () => {
    const value = withDocker({ privileged: true, pullConfig: { secret: 's' } }, 'MESOS');
    expect(found(value)).toEqual(['APP_PRIVILEGED_UNSUPPORTED $.container.docker.privileged']);
    const good = corrected(value, the('APP_PRIVILEGED_UNSUPPORTED', value));
    expect(good).toEqual(withDocker({ privileged: true }));
    expect(found(good)).toEqual([]);
  });

  test.each([
    ['docker', withDocker({ privileged: true })],
    ['docker, the default', withDocker({ privileged: true }, undefined)],
    ['Mesos, without it', withDocker({ privileged: false, pullConfig: { secret: 's' } }, 'MESOS')],
  ])('is not said where it is %s', (_, value) => {
    expect(found(value)).toEqual([]);
  });
});

describe('APP_PULLCONFIG_UNSUPPORTED', () => {
  test.each([
    ['DOCKER', 'DOCKER'],
    ['the default', undefined],
  ])('is said with %s', (_, type) => {
    const value = withDocker({ pullConfig: { secret: 's' }, privileged: true }, type);
    expect(found(value)).toEqual(['APP_PULLCONFIG_UNSUPPORTED $.container.docker.pullConfig']);
    const finding = the('APP_PULLCONFIG_UNSUPPORTED', value);
    expect(finding.message).toContain('pullConfig is not supported with Docker containerizer');
    expect(corrected(value, finding)).toEqual(withDocker({ privileged: true }, type));
  });
});
