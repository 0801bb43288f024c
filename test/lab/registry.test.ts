import { expect, onTestFinished, test } from 'vitest';
import { type Registry, startRegistry } from '../../src/lab/registry.ts';

async function registry(): Promise<Registry> {
  const started = await startRegistry({
    username: 'ci',
    password: 'päss:word',
    statusFor: (agent) => (agent === 'agent-02' ? 429 : undefined),
  });
  onTestFinished(started.stop);
  return started;
}

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

test.each([
  ['no credential', '/v2/', undefined, '', 401, { accepted: 0, refused: 0 }],
  ['the right credential', '/v2/', basic('ci:päss:word'), '', 200, { accepted: 1, refused: 0 }],
  ['a wrong password', '/v2/', basic('ci:pass'), '', 401, { accepted: 0, refused: 1 }],
  ['a wrong user', '/v2/', basic('cj:päss:word'), '', 401, { accepted: 0, refused: 1 }],
  ['another scheme', '/v2/', 'Bearer ci', '', 401, { accepted: 0, refused: 1 }],
  [
    'an agent that is to be slowed down',
    '/v2/',
    basic('ci:päss:word'),
    'x (agent agent-02)',
    429,
    { accepted: 0, refused: 1 },
  ],
  ['its neighbour', '/v2/', basic('ci:päss:word'), 'x (agent agent-01)', 200, { accepted: 1, refused: 0 }],
  ['another address', '/v2/_catalog', basic('ci:päss:word'), '', 404, { accepted: 0, refused: 0 }],
] as const)('%s', async (_, path, authorization, agent, status, logins) => {
  const { name, logins: count } = await registry();
  const headers: Record<string, string> = { 'user-agent': agent };
  if (authorization !== undefined) headers.authorization = authorization;
  const response = await fetch(`http://${name}${path}`, { headers });
  expect(response.status).toBe(status);
  expect(response.headers.get('www-authenticate')).toBe(
    status === 401 ? 'Basic realm="node-prep lab"' : null,
  );
  expect(count()).toEqual(logins);
});

test('a stopped registry no longer answers', async () => {
  const started = await registry();
  await started.stop();
  await expect(fetch(`http://${started.name}/v2/`)).rejects.toThrow();
});
