import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { commandHelp, mainHelp } from '../../src/cli/help.ts';

const pages: [string, string][] = [
  ['node-prep', mainHelp('1.2.3')],
  ...COMMANDS.map((command): [string, string] => [`node-prep ${command.name}`, commandHelp(command)]),
];

describe.each(pages)('the help of %s', (_, page) => {
  test('fits 80 columns, in plain characters', () => {
    expect(page.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(page).toMatch(/^[\x20-\x7e\n]+$/);
  });

  test('ends with one line end and has no double blank lines', () => {
    expect(page).toMatch(/[^\n]\n$/);
    expect(page).not.toContain('\n\n\n');
  });
});

describe('the main page', () => {
  const page = mainHelp('1.2.3');

  test.each(COMMANDS.map((command) => [command.name, command.summary]))('lists %s', (name, summary) => {
    expect(page).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
  });

  test('points a newcomer to the practice fleet', () => {
    expect(page).toContain('node-prep lab run');
  });

  test.each([0, 1, 2, 3, 70, 130, 143])('explains exit code %i', (code) => {
    expect(page).toMatch(new RegExp(`\\b${code}\\b`));
  });
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('the page of %s', (_, command) => {
  const page = commandHelp(command);

  test('names every flag, with its value and its default', () => {
    for (const { long, short, value } of command.flags) {
      const names = short === undefined ? `    ${long}` : `${short}, ${long}`;
      expect(page).toContain(`  ${names}${value === undefined ? ' ' : ` <${value.name}>`}`);
      if (value?.default !== undefined)
        expect(page.replace(/\s+/g, ' ')).toContain(`(default: ${value.default})`);
    }
  });

  test('explains every word that it takes, and has an example', () => {
    for (const argument of command.arguments)
      expect(page).toMatch(new RegExp(`^  ${argument.name} {2,}\\S`, 'm'));
    expect(command.examples.length).toBeGreaterThan(0);
    for (const [line, purpose] of command.examples) {
      const shown = page
        .split('\n')
        .filter((text) => text.startsWith(`  ${line} `) && text.endsWith(`  ${purpose}`));
      expect(shown.length, line).toBe(1);
    }
  });
});

describe('the table of commands', () => {
  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    '%s has no flag twice',
    (_, command) => {
      const names = command.flags.flatMap((flag) => [
        flag.long,
        ...(flag.short === undefined ? [] : [flag.short]),
      ]);
      expect(new Set(names).size).toBe(names.length);
    },
  );
});
