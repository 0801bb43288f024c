import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblems } from '../../src/inventory/problems.ts';
import { AGENTS, read } from './reading.ts';

const SECRET = 'hunter2-Sentinel';
test('anywhere', () => {
  const noise = fc.constantFrom(
    '\n',
    '\n  ',
    '\n    ',
    '\n          ',
    ' ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ': ',
    ':',
    '- ',
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '#',
    ' #',
    ',',
    '\t',
    '@',
    '? ',
    '0',
    'x',
    '\\',
  );
  const value = fc.constantFrom(
    SECRET,
    `"${SECRET}"`,
    `'${SECRET}'`,
    `[${SECRET}]`,
    `|\n      ${SECRET}`,
    `\n      ${SECRET}`,
    `{ value: ${SECRET} }`,
    `"a\n      ${SECRET}"`,
    `{ env: "$${SECRET}" }`,
  );
  const body = fc.constantFrom(
    (s: string) =>
      `registries:\n  r.example.com:\n    username: ci\n    password: ${s}\n    proof: once\n${AGENTS}`,
    (s: string) =>
      `registries:\n  r.example.com: { username: ci, password: ${s.includes('|') || s.includes('\n') ? SECRET : s}, proof: once }\n${AGENTS}`,
    (s: string) => `ssh:\n    user: x\n    password: ${s}\n    port: 1\n${AGENTS}`,
    (s: string) => `agents:\n  - host: a\n    ssh:\n     password: ${s}\n`,
  );
  fc.assert(
    fc.property(body, value, fc.array(fc.tuple(fc.nat(200), noise), { maxLength: 1 }), (b, v, ins) => {
      let text = b(v);
      for (const [at, n] of ins) {
        const p = at % (text.length + 1);
        const s = text.indexOf(SECRET);
        if (p > s && p < s + SECRET.length) continue;
        const k = text.indexOf('password');
        if (p > k && p < k + 8) continue;
        text = text.slice(0, p) + n + text.slice(p);
      }
      const r = read(text);
      const out = r.ok ? '' : JSON.stringify(r.error) + formatProblems(r.error);
      if (out.includes(SECRET)) throw new Error(text + '\n=====\n' + (r.ok ? '' : formatProblems(r.error)));
    }),
    { numRuns: 60000 },
  );
});
