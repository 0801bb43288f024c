import { expect, test } from 'vitest';
import { checkWarnings } from '../../src/commands/check-warnings.ts';

const nothing = { leftovers: [], uncompared: [] };

test('a check that found nothing beside its outcomes warns of nothing', () => {
  expect(checkWarnings({ notes: [{ agent: 'a1', ...nothing }], others: [] })).toEqual([]);
});

test.each([
  ['agents that are not judged', { notes: [], others: ['web-1', 'web-2'] }, 'AGENTS_NOT_JUDGED', 'web-[1-2]'],
  [
    'credentials that could not be compared',
    {
      notes: ['a1', 'a2'].map((agent) => ({ agent, leftovers: [], uncompared: ['r.example.com'] })),
      others: [],
    },
    'CREDENTIAL_NOT_COMPARED',
    'a[1-2] is the present one of r.example.com',
  ],
  [
    'what a killed run left, in harmless characters',
    { notes: [{ agent: 'a1', leftovers: ['/run/node-prep.1\u001b[2J'], uncompared: [] }], others: [] },
    'LEFTOVERS',
    '/run/node-prep.1\\x1b[2J',
  ],
] as const)('%s are one warning for all of them', (_, found, code, words) => {
  const warnings = checkWarnings(found);
  expect(warnings.map((warning) => warning.code)).toEqual([code]);
  expect(warnings[0]?.message).toContain(words);
});
