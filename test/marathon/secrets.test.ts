import { describe, expect, test } from 'vitest';
import { createMask } from '../../src/marathon/mask.ts';
import { app, check, corrected, correctionOf, findingsOf, found, the, withDocker } from './support.ts';

describe('APP_SECRET_IN_CLEAR', () => {
  test.each([
    'CLUSTER_TOKEN',
    'DB_PASSWORD',
    'MYSQL_PASSWD',
    'PASSPHRASE',
    'FTP_PASS',
    'CLIENT_SECRET',
    'REGISTRY_CREDENTIALS',
    'AWS_SECRET_ACCESS_KEY',
    'API_KEY',
    'apiKey',
    'dbPassword',
    'DECRYPTION_KEY',
    'SSH_PRIVATE_KEY',
  ])('is said of %s', (name) => {
    const value = app({ env: { [name]: 'planted-value', CLUSTER_ID: '5' } });
    expect(found(value)).toEqual([`APP_SECRET_IN_CLEAR $.env.${name}`]);
    const finding = the('APP_SECRET_IN_CLEAR', value);
    expect(JSON.stringify(finding)).not.toContain('planted-value');
    expect(found(corrected(value, finding))).toEqual([]);
  });

  test.each([
    ['CLUSTER_ID', '5'],
    ['CLUSTER_TOKEN', { secret: 'cluster-token' }],
    ['CLUSTER_TOKEN', ''],
    ['CLUSTER_TOKEN', null],
    ['CACHE_KEY', 'x'],
    ['PUBLIC_KEY', 'x'],
    ['TOKEN_FILE', '/run/token'],
    ['PASSWORD_URL', 'https://example.com'],
    ['COMPASS', 'north'],
    ['PWD', '/'],
    ['MONKEY', 'x'],
  ])('is not said of %s: %j', (name, value) => {
    expect(found(app({ env: { [name]: value } }))).toEqual([]);
  });

  test('the correction names a secret that the app has not yet, and its source', () => {
    const value = app({ env: { CLUSTER_TOKEN: 'x' }, secrets: { 'cluster-token': { source: 'other' } } });
    expect(correctionOf(the('APP_SECRET_IN_CLEAR', value))?.value).toEqual({
      env: { CLUSTER_TOKEN: { secret: 'cluster-token-2' } },
      secrets: { 'cluster-token-2': { source: 'iron/runner/cluster-token-2' } },
    });
  });

  test('two names that are alike get two secrets', () => {
    const hints = findingsOf(app({ env: { A_TOKEN: 'x', 'A-TOKEN': 'y' } })).map(correctionOf);
    expect(hints.map((hint) => JSON.stringify(hint?.value).match(/a-token-?\d?/)?.[0])).toEqual([
      'a-token',
      'a-token-2',
    ]);
  });
});

describe('no finding repeats', () => {
  const SECRET = 'pl4nted-"s3cret"\u202e';
  test.each([
    ['a variable', { env: { CLUSTER_TOKEN: SECRET } }],
    [
      'the environment that docker gets',
      withDocker({ parameters: [{ key: 'env', value: `API_TOKEN=${SECRET}` }] }),
    ],
    ['a credential of docker', withDocker({ credential: { principal: 'me', secret: SECRET } })],
    ['a password in a URI', { fetch: [{ uri: `https://me:${SECRET}@example.com/x` }] }],
    ['a signed URI', { uris: [`https://example.com/x?${SECRET}`] }],
  ])('%s', (_, more) => {
    const pulled = withDocker({ privileged: true, pullConfig: { secret: 's' } }, 'DOCKER')
      .container as object;
    const withMore = { ...app(), ...more };
    const container = {
      ...pulled,
      docker: { ...(pulled as { docker: object }).docker, ...dockerOf(withMore) },
    };
    const value = {
      ...withMore,
      container: { ...container, type: 'DOCKER' },
      healthChecks: [check(`curl ${SECRET} $x`, { timeoutSeconds: 1 }), check(`echo "${SECRET}"`)],
    };
    const findings = findingsOf(value);
    expect(findings.length).toBeGreaterThan(4);
    for (const { message, hint, path } of findings)
      for (const text of [message, hint, path]) expect(text).not.toMatch(/s3cret/);
    expect(findings.some(({ hint }) => hint.includes('*** stands for a secret'))).toBe(true);
  });

  function dockerOf(value: object): object {
    return (value as { container: { docker: object } }).container.docker;
  }
});

describe('a mask', () => {
  test('takes the longest secret at every place, and leaves short ones', () => {
    const mask = createMask(['secret', 'secretly', 'short', 'another']);
    expect(mask('a secretly secret short anothersecret')).toBe('a *** *** short ******');
    expect(mask('')).toBe('');
    expect(createMask([])('secret')).toBe('secret');
  });
});
