import { expect, test } from 'vitest';
import { surroundings } from './surroundings.ts';

const reference = { kind: 'env', name: 'REGISTRY_PASSWORD' } as const;

test('the variable is read', async () => {
  expect(await surroundings({ REGISTRY_PASSWORD: 's3cret' }).read(reference)).toBe('s3cret');
});

test('once read it is gone from the environment, and still had a second time', async () => {
  const { read, environment } = surroundings({ REGISTRY_PASSWORD: 's3cret', OTHER: 'x' });
  await read(reference);
  expect([...environment.keys()]).toEqual(['PATH', 'OTHER']);
  expect(await read(reference)).toBe('s3cret');
});

test('all that the inventory names leave the environment before anything is read', () => {
  const { environment } = surroundings(
    { A: '1', B: '2', C: '3' },
    {
      references: [
        { kind: 'env', name: 'A' },
        { kind: 'prompt', text: 'x' },
        { kind: 'env', name: 'B' },
      ],
    },
  );
  expect([...environment.keys()]).toEqual(['PATH', 'C']);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    'not set',
    {},
    /^SECRET_UNAVAILABLE The environment variable REGISTRY_PASSWORD is not set\. .*read -rs REGISTRY_PASSWORD/,
  ],
  ['empty', { REGISTRY_PASSWORD: '' }, /^SECRET_UNAVAILABLE .*REGISTRY_PASSWORD is set, but empty/],
  ['two lines', { REGISTRY_PASSWORD: 's3cret\ns3cret2' }, /more than one line/],
])('a variable that is %s is a problem that names it', async (_, variables, expected) => {
  const text = await surroundings(variables).read(reference);
  expect(text).toMatch(expected);
  expect(text).not.toContain('s3cret');
});
