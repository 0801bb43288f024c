import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../src/inventory/problems.ts';
import { AGENTS, bad, places, REGISTRIES, read } from './reading.ts';

const SECRET = 'hunter2-Sentinel';
const registry = (...lines: readonly string[]) =>
  `registries:\n  r.example.com:\n${lines.map((line) => `    ${line}\n`).join('')}${AGENTS}`;

describe('a secret in clear is refused and not shown', () => {
  test.each([
    ['as it is', [`username: ci`, `password: ${SECRET}`], '4:15 SECRET_IN_CLEAR'],
    ['in double quotes', [`username: ci`, `password: "${SECRET}"`], '4:15 SECRET_IN_CLEAR'],
    ['under a quoted key', [`username: ci`, `'password': '${SECRET}'`], '4:17 SECRET_IN_CLEAR'],
    ['under an escaped key', [`username: ci`, `"p\\u0061ssword": ${SECRET}`], '4:22 SECRET_IN_CLEAR'],
    ['on the next line', [`username: ci`, `password:`, `  ${SECRET}`], '5:7 SECRET_IN_CLEAR'],
    ['in a block of lines', [`username: ci`, `password: |`, `  one`, `  ${SECRET}`], '4:15 SECRET_IN_CLEAR'],
    ['in a folded block', [`username: ci`, `password: >-`, `  ${SECRET}`], '4:15 SECRET_IN_CLEAR'],
    ['in quotes over two lines', [`username: ci`, `password: "one`, `  ${SECRET}"`], '4:15 SECRET_IN_CLEAR'],
    ['in a list', [`username: ci`, `password: [${SECRET}]`], '4:15 SECRET_IN_CLEAR'],
    ['in a list of lines', [`username: ci`, `password:`, `- ${SECRET}`], '5:5 SECRET_IN_CLEAR'],
    ['after the user name', [`username: ci:${SECRET}`, `password: { env: PW }`], '3:15 WRONG_VALUE'],
    ['as a key', [`username: ci`, `password: { ${SECRET} }`], '4:17 UNKNOWN_KEY'],
    ['under a key of its own', [`username: ci`, `password: { value: ${SECRET} }`], '4:17 UNKNOWN_KEY'],
    ['as a strange variable', [`username: ci`, `password: { env: "$${SECRET}" }`], '4:22 WRONG_VALUE'],
    [
      'beside a good reference',
      [`username: ci`, `password: { env: PW, value: ${SECRET} }`],
      '4:26 UNKNOWN_KEY',
    ],
    ['under a mistyped key', [`username: ci`, `pasword: ${SECRET}`], '4:5 UNKNOWN_KEY'],
    ['under a short key', [`username: ci`, `pw: ${SECRET}`], '4:5 UNKNOWN_KEY'],
    ['under a key that nobody thought of', [`username: ci`, `geheim: ${SECRET}`], '4:5 UNKNOWN_KEY'],
    ['under another key', [`username: ci`, `password: { env: PW }`, `token: ${SECRET}`], '5:5 UNKNOWN_KEY'],
    ['as an alias', [`username: ci`, `password: *${SECRET}`], '4:15 YAML_ALIAS'],
    ['as a tag', [`username: ci`, `password: !${SECRET}`], '4:32 YAML_UNSUPPORTED'],
  ])('%s', (_, lines, place) => {
    const problems = bad(registry(...lines));
    expect(places(problems)).toContain(place);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });

  test.each([
    ['a number', 'password: 12345678', '12345678'],
    ['true', 'password: true', 'true'],
    ['a date', 'password: 2020-01-01', '2020-01-01'],
  ])('%s', (_, line, secret) => {
    const problems = bad(registry('username: ci', line));
    expect(places(problems)).toEqual(['4:15 SECRET_IN_CLEAR']);
    expect(JSON.stringify(problems)).not.toContain(secret);
  });

  test.each([
    ['of SSH', `ssh: { password: ${SECRET} }`, 'SECRET_IN_CLEAR'],
    ['of sudo', `become: { password: ${SECRET} }`, 'SECRET_IN_CLEAR'],
    ['in the wrong mapping', `password: ${SECRET}`, 'UNKNOWN_KEY'],
    ['behind an anchor', `x: &a ${SECRET}\nssh: { password: *a }`, 'SECRET_IN_CLEAR'],
  ])('a password %s', (_, lines, code) => {
    const problems = bad(`${REGISTRIES}${AGENTS}${lines}\n`);
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
  });

  test.each([
    ['a registry', `https://ci:${SECRET}@r.example.com: { username: ci, password: { env: PW } }`],
    [
      'a registry, before a mistake on the same line',
      `https://ci:${SECRET}@r.example.com: { username: 12, password: { env: PW }, x: 1 }`,
    ],
  ])('a password in the URL of %s', (_, line) => {
    expect(JSON.stringify(bad(`registries:\n  ${line}\n${AGENTS}`))).not.toContain(SECRET);
  });

  test('a password before a host', () => {
    expect(JSON.stringify(bad(`${REGISTRIES}agents: [ "core:${SECRET}@web1" ]\n`))).not.toContain(SECRET);
  });

  test('the ways to write it are told', () => {
    const [problem] = bad(registry('username: ci', `password: ${SECRET}`));
    for (const way of ['{ env:', '{ file:', '{ exec:', '{ prompt:']) expect(problem?.hint).toContain(way);
  });
});

describe('a line with a secret hides it for its neighbours, too', () => {
  test('before and after it', () => {
    const problems = bad(
      `registries:\n  r.example.com: { username: 12, password: ${SECRET}, prof: x }\n${AGENTS}`,
    );
    expect(places(problems)).toEqual(['2:30 WRONG_VALUE', '2:44 SECRET_IN_CLEAR', '2:62 UNKNOWN_KEY']);
    for (const { source } of problems)
      expect(source).toBe('  r.example.com: { username: 12, password: ••••••');
  });

  test('and does not tell its length', () => {
    const source = (secret: string) => bad(registry('username: ci', `password: ${secret}`))[0]?.source;
    expect(source('a')).toBe(source('a'.repeat(50)));
  });

  test('but leaves a good reference to be seen', () => {
    const source = `  r.example.com: { username: 1, password: { env: PW } }`;
    expect(bad(`registries:\n${source}\n${AGENTS}`)[0]?.source).toBe(source);
  });

  test('and what follows on expect: pass', () => {
    const text = `${REGISTRIES}${AGENTS}checks:\n  - id: x\n    expect: pass\n    timout: 1s\n    command: y\n`;
    expect(bad(text)).toMatchObject([
      { source: '    timout: 1s', message: '"timout" is not a key of checks[0].' },
    ]);
  });

  test('and groups and registries whose names only look like secrets', () => {
    const text = `registries:\n  auth.example.com: { username: ci, password: { env: PW } }\ngroups:\n  auth:\n    agents:\n      - -x\n`;
    expect(bad(text)[0]?.source).toBe('      - -x');
  });

  test('and the key that is not one of a reference', () => {
    expect(bad(registry('username: ci', 'password: { evn: PW }'))[0]?.source).toBe(
      '    password: { evn: ••••••',
    );
  });
});

describe('a secret in broken YAML is not shown either', { timeout: 60_000 }, () => {
  test.each([
    ['on the broken line', `    password: ${SECRET}: x\n`],
    ['before a forgotten blank', `    password:${SECRET}\n    proof: once\n`],
    ['before a forgotten colon', `    password ${SECRET}\n    proof: once\n`],
    ['with an equals sign', `    password = ${SECRET}\n    proof: once\n`],
    ['in a quote that is never closed', `    password: "${SECRET}\n`],
    ['on a line below its key', `    password:\n      ${SECRET}: : x\n`],
    ['in a mapping that is never closed', `    password: { value: ${SECRET}\n`],
    ['after a good reference', `    x: { password: { env: PW }, token: ${SECRET} } }\n`],
    ['starting with a sign that YAML reserves', `    password: @${SECRET}\n`],
    ['starting with a percent sign', `    password: %${SECRET}\n`],
    ['holding a strange escape', `    password: "\\q${SECRET}"\n`],
  ])('%s', (_, lines) => {
    const problems = bad(`registries:\n  r.example.com:\n    username: ci\n${lines}${AGENTS}`);
    expect(JSON.stringify(problems)).not.toContain(SECRET);
    expect(problems.length).toBeGreaterThan(0);
  });

  test('whatever else is wrong', () => {
    const noise = fc.constantFrom(
      '',
      '\n',
      ' ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ': ',
      '- ',
      '&a ',
      '*a',
      '!x ',
      '|',
      '#',
      ',',
      '\t',
      '@',
      '? ',
    );
    const value = fc.constantFrom(
      SECRET,
      `"${SECRET}"`,
      `'${SECRET}'`,
      `[${SECRET}]`,
      `|\n      ${SECRET}`,
      `{ value: ${SECRET} }`,
    );
    fc.assert(
      fc.property(noise, noise, value, noise, noise, (a, b, secret, c, d) => {
        const result = read(
          `registries:\n  r.example.com:\n    ${a}username: ci${b}\n    password: ${secret}${c}\n    proof: ${d}\n${AGENTS}`,
        );
        const problems = result.ok ? [] : result.error;
        expect(JSON.stringify(problems) + formatProblems(problems)).not.toContain(SECRET);
      }),
      { numRuns: 400 },
    );
  });

  test('whatever is put in anywhere, but into the secret and its key', () => {
    const noise = fc.constantFrom(
      '\n',
      '\n  ',
      '\n          ',
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
      '\\',
    );
    const value = fc.constantFrom(
      SECRET,
      `"${SECRET}"`,
      `[${SECRET}]`,
      `|\n      ${SECRET}`,
      `\n      ${SECRET}`,
      `"a\n      ${SECRET}"`,
      `{ env: "$${SECRET}" }`,
    );
    const around = fc.constantFrom(
      ['registries:\n  r.example.com:\n    username: ci\n    password: ', `\n    proof: once\n${AGENTS}`],
      [`${REGISTRIES}agents:\n  - host: a\n    ssh:\n     password: `, '\n'],
      [`${REGISTRIES}${AGENTS}ssh:\n    user: x\n    password: `, '\n    port: 1\n'],
    );
    fc.assert(
      fc.property(around, value, noise, fc.nat(200), ([before = '', after = ''], secret, inserted, place) => {
        const text = before + secret + after;
        const [key, start] = [text.lastIndexOf('password'), text.indexOf(SECRET)];
        const at = place % text.length;
        fc.pre(!(at > key && at < key + 8) && !(at > start && at < start + SECRET.length));
        const result = read(text.slice(0, at) + inserted + text.slice(at));
        const problems = result.ok ? [] : result.error;
        expect(JSON.stringify(problems) + formatProblems(problems)).not.toContain(SECRET);
      }),
      { numRuns: 400 },
    );
  });
});
