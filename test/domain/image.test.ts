import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseImage } from '../../src/domain/image.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('an image reference is taken apart as docker does it', () => {
  test.each([
    ['alpine', 'docker.io', 'library/alpine', 'latest'],
    ['alpine:3.20', 'docker.io', 'library/alpine', '3.20'],
    ['iron/runner', 'docker.io', 'iron/runner', 'latest'],
    ['docker.io/iron/runner:1', 'docker.io', 'iron/runner', '1'],
    ['index.docker.io/iron/runner', 'docker.io', 'iron/runner', 'latest'],
    ['registry-1.docker.io/iron/runner', 'registry-1.docker.io', 'iron/runner', 'latest'],
    ['registry.example.com/app', 'registry.example.com', 'app', 'latest'],
    ['registry.example.com:5000/team/app:v1.2', 'registry.example.com:5000', 'team/app', 'v1.2'],
    ['localhost/app', 'localhost', 'app', 'latest'],
    ['Registry/app', 'Registry', 'app', 'latest'],
    ['[::1]:5000/app:1', '[::1]:5000', 'app', '1'],
    [`registry.example.com/app@${DIGEST}`, 'registry.example.com', 'app', DIGEST],
    [`registry.example.com/app:1@${DIGEST}`, 'registry.example.com', 'app', DIGEST],
    ['a__b/c-d.e', 'docker.io', 'a__b/c-d.e', 'latest'],
  ])('%s', (written, registry, repository, reference) => {
    expect(parseImage(written)).toEqual({ written, registry, repository, reference });
  });

  test.each([
    ['nothing', ''],
    ['a flag', '--all-tags'],
    ['capitals in a repository', 'registry.example.com/App'],
    ['a blank', 'app one'],
    ['a line break', 'app\n'],
    ['no repository', 'registry.example.com/'],
    ['two slashes', 'registry.example.com//app'],
    ['a scheme', 'https://registry.example.com/app'],
    ['an empty tag', 'app:'],
    ['a tag with a slash', 'registry.example.com/app:1/2'],
    ['half a digest', 'app@sha256:123'],
    ['two digests', `app@${DIGEST}@${DIGEST}`],
    ['a user', 'user@registry.example.com/app'],
    ['a port that is too large', 'registry.example.com:99999/app'],
    ['an address that is none', '1.2.3.400/app'],
    ['a port that is none', 'registry.example.com:http/app'],
    ['something endless', 'a'.repeat(600)],
  ])('not %s', (_, written) => {
    expect(parseImage(written)).toBeNull();
  });

  test('whatever is written, it ends, and what it takes goes safely into an argument list and an address', () => {
    const pieces = fc.array(
      fc.constantFrom('a', 'B', '.', ':', '/', '@', '-', '_', ' ', '5000', 'sha256', '%', '['),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map((all) => all.join('')),
        ),
        (written) => {
          const image = parseImage(written);
          if (image === null) return;
          expect(image.written).not.toMatch(/^-|\s/);
          expect(image.repository).toMatch(/^[a-z0-9._/-]+$/);
          expect(image.reference).toMatch(/^[\w.:+-]+$/);
        },
      ),
    );
  });
});
