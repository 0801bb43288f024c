import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { failure } from '../../src/errors/failure.ts';

const TROUBLES = [
  ...['not-allowed', 'password', 'more', 'terminal', 'account'],
  ...['broken', 'missing', 'late', 'unclear', 'not-root'],
];
const values = (method: string) => ({ host: 'a1.example.com', user: 'ops', method });

describe.each(['sudo', 'doas'])('BECOME_REFUSED by %s', (method) => {
  test.each(TROUBLES)('has its own words for %s, with nothing left open', (trouble) => {
    const { message, hint } = failure('BECOME_REFUSED', 'become', { ...values(method), trouble });
    expect(message).toMatch(/^Becoming root on a1\.example\.com was refused: [a-z].*[^.]\.$/);
    expect(`${message} ${hint}`).not.toMatch(/[{}]|\bthe (user|method|host|trouble)\b/);
    const others = TROUBLES.filter((other) => other !== trouble).map(
      (other) => failure('BECOME_REFUSED', 'become', { ...values(method), trouble: other }).message,
    );
    expect(others).not.toContain(message);
  });
});

test.each(['not-allowed', 'missing', 'not-root'])(
  'the hint for doas does not lead to sudoers (%s)',
  (trouble) => {
    expect(failure('BECOME_REFUSED', 'become', { ...values('doas'), trouble }).hint).not.toMatch(/sudoers/);
  },
);

test('BECOME_PASSWORD_NEEDED offers what helps', () => {
  expect(failure('BECOME_PASSWORD_NEEDED', 'become', values('sudo')).hint).toMatch(
    /become\.password.*NOPASSWD/,
  );
  expect(failure('BECOME_PASSWORD_NEEDED', 'become', values('doas')).hint).toMatch(/permit nopass ops/);
});

test('without values the words can still be read', () => {
  for (const code of ['BECOME_REFUSED', 'BECOME_PASSWORD_NEEDED'] as const) {
    expect(`${CATALOGUE[code].message({})} ${CATALOGUE[code].hint({})}`).not.toMatch(/[{}]|undefined/);
  }
});
