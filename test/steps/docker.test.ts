import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dockerVerb, interpretDocker } from '../../src/steps/docker.ts';
import { answer, CTX } from './support.ts';

const says = (output: string, fields: Record<string, string> = {}) =>
  interpretDocker(
    answer('docker', { code: '0', timed: 'no', curl: 'yes', ...fields }, { path: '/usr/bin/docker', output }),
    CTX,
  );

test('it asks with a deadline of its own', () =>
  expect(dockerVerb()).toEqual({ verb: 'docker', seconds: 20, asks: 'client' }));

describe('which docker is there:', () => {
  test.each([
    ['Docker version 28.2.2, build e6534b4\n', '28.2.2', true],
    ['Docker version 20.10.24+dfsg1, build 297e128\n', '20.10.24+dfsg1', true],
    ['Docker version 25.0.3-rd, build 4debf41\n', '25.0.3-rd', true],
    ['Docker version 17.07.0-ce, build 8784753\n', '17.07.0-ce', true],
    ['Docker version 17.06.2-ce, build cec0b72\n', '17.06.2-ce', false],
    ['Docker version 17.03.1-ce, build c6d412e\n', '17.03.1-ce', false],
    ['Docker version 1.13.1, build 7d71120/1.13.1\n', '1.13.1', false],
    ['Docker version 1.9.1, build a34a1d5\n', '1.9.1', false],
    ['Docker version dev, build HEAD\n', 'dev', true],
    ['WARNING: Error loading config file\nDocker version 19.03.15, build 99e3ed8919\n', '19.03.15', true],
  ])('%j', (output, version, passwordStdin) => {
    expect(says(output)).toEqual({ ok: true, value: { version, passwordStdin, curl: true } });
  });

  test('and is there a curl', () => {
    expect(says('Docker version 28.2.2', { curl: 'no' })).toMatchObject({ value: { curl: false } });
  });
});

describe('there is no docker to work with:', () => {
  test.each([
    ['podman', 'podman version 4.3.1\n', '0', /podman/],
    [
      'podman behind its stand-in',
      'Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\npodman version 4.3.1\n',
      '0',
      /podman/,
    ],
    ['something else', 'nerdctl version 1.7.0\n', '0', /does not answer as Docker does/],
    ['silence', '', '0', /does not answer as Docker does/],
    ['one that cannot run', 'cannot execute binary file: Exec format error\n', '126', /exit code 126/],
  ])('%s', (_, output, code, reason) => {
    const missing = { code: 'DOCKER_MISSING', step: 'login', message: expect.stringMatching(reason) };
    expect(says(output, { code })).toMatchObject({ ok: false, error: missing });
  });

  test('none at all', () => {
    const found = interpretDocker(answer('docker', { curl: 'no' }), CTX);
    expect(found).toMatchObject({ ok: false, error: { code: 'DOCKER_MISSING', retryable: false } });
  });

  test('the hint names every folder in which the script looks', () => {
    const script = readFileSync('src/remote/node-prep.sh', 'utf8');
    const folders = /^PATH="\$\{PATH:[^}]*\}:(.*)"$/m.exec(script)?.[1]?.split(':') ?? [];
    expect(folders).toContain('/snap/bin');
    const found = interpretDocker(answer('docker', { curl: 'no' }), CTX);
    const hint = found.ok ? '' : found.error.hint;
    expect(hint).toContain(`PATH, and ${folders.join(', ')}.`);
  });

  test("podman's hint says why it will not do", () => {
    const hint = expect.stringMatching(/Docker's own CLI.*podman keeps its logins elsewhere/);
    expect(says('podman version 4.3.1\n')).toMatchObject({ ok: false, error: { hint } });
  });

  test('one that hangs', () => {
    const found = says('', { code: '137', timed: 'yes' });
    expect(found).toMatchObject({ ok: false, error: { code: 'DOCKER_TIMED_OUT' } });
    expect(found).toMatchObject({ error: { message: expect.stringContaining('within 20s') } });
  });
});

describe('nonsense is REMOTE_PROTOCOL:', () => {
  test.each([
    ['another verb', answer('look', { code: '0', timed: 'no', curl: 'yes' }, { path: 'x' })],
    ['no curl', answer('docker', { code: '0', timed: 'no' }, { path: 'x' })],
    ['no exit code', answer('docker', { timed: 'no', curl: 'no' }, { path: 'x' })],
    ['an exit code of words', answer('docker', { code: 'zero', timed: 'no', curl: 'no' }, { path: 'x' })],
    ['no word on time', answer('docker', { code: '0', timed: '', curl: 'no' }, { path: 'x' })],
  ])('%s', (_, said) => {
    expect(interpretDocker(said, CTX)).toMatchObject({ ok: false, error: { code: 'REMOTE_PROTOCOL' } });
  });

  test('any output gives a value', () => {
    fc.assert(
      fc.property(fc.string(), (output) => {
        const facts = says(`Docker version ${output}`);
        if (facts.ok) expect(facts.value.version).toMatch(/^[\w.+~-]{1,60}$/);
        else expect(facts.error.code).toBe('DOCKER_MISSING');
      }),
    );
  });
});
