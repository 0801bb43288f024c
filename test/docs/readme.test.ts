import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mainHelp } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { RUN_FLAGS } from '../../src/cli/run-flags.ts';
import { FINDING_CODES } from '../../src/domain/finding.ts';
import { CATALOGUE, PHASES } from '../../src/errors/catalogue.ts';
import { readInventory } from '../../src/inventory/inventory.ts';
import { storyBefore } from '../../src/lab/story.ts';
import { WARNINGS } from '../../src/marathon/findings.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

function between(name: string): string {
  return new RegExp(`<!-- ${name} -->\\n?([\\s\\S]*?)<!-- /${name} -->`).exec(README)?.[1]?.trim() ?? '';
}

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  );
}

describe('the README tells the truth', () => {
  test('its table of failure codes is the catalogue', () => {
    const rows = PHASES.flatMap((phase) =>
      Object.entries(CATALOGUE)
        .filter(([, entry]) => entry.phase === phase)
        .map(([code, entry]) => `| ${phase} | \`${code}\` | ${entry.meaning} |`),
    );
    expect(between('codes')).toBe(['| phase | code | meaning |', '|---|---|---|', ...rows].join('\n'));
  });

  test('it says of every finding what it means, and whether it shuts the gate', () => {
    const rows = [...between('findings').matchAll(/^\| `(\w+)` \| (error|warning) \| \S.* \|$/gm)];
    expect(rows.map(([, code, severity]) => [code, severity])).toEqual(
      FINDING_CODES.map((code) => [code, WARNINGS.has(code) ? 'warning' : 'error']),
    );
  });

  test('it names every metric', () => {
    const source = readFileSync(join(ROOT, 'src/output/prometheus.ts'), 'utf8');
    const names = [...source.matchAll(/name: '(node_prep_\w+)'/g)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(README).toContain(`\`${name}\``);
  });

  test('what it asks of an agent is what the remote script looks for', () => {
    const script = readFileSync(join(ROOT, 'src/remote/node-prep.sh'), 'utf8');
    // Not the words of the check commands: those are the operator's.
    const start = /^start\(\) \{\n([\s\S]*?)^\}$/m.exec(script)?.[1] ?? '';
    const tools = /for tool in ([a-z ]+); do/.exec(start)?.[1];
    expect(between('tools')).toBe(`\`${tools}\``);

    const needs = README.split('\n').find((line) => line.startsWith('Agents need ')) ?? '';
    const looked = [...start.matchAll(/missing=\$missing,(\S+)/g)].map((match) => match[1]);
    expect(looked).toContain('$tool');
    const digest = /^\s*digest='(\w+)'/m.exec(start)?.[1];
    for (const tool of [digest, ...looked.filter((word) => word !== '$tool'), 'curl', 'sed', 'ps'])
      expect(needs).toContain(`\`${tool}\``);
  });

  test('its demo begins with what the demo says first', () => {
    for (const line of storyBefore(12)) expect(between('demo').split('\n')).toContain(line);
  });

  test('it says what the help says of --resume and of exit codes', () => {
    const help = mainHelp('0.0.0').replace(/\s+/g, ' ');
    const resume = RUN_FLAGS.find(({ long }) => long === '--resume')?.help;
    expect(README).toContain(`| \`--resume\` | ${resume} |`);
    const rows = [...README.matchAll(/^\| (\d+) \| (.+) \|$/gm)].filter(([, code]) => Number(code) < 70);
    expect(rows.map(([, code]) => code)).toEqual(['0', '1', '2', '3']);
    for (const [, code, meaning] of rows) expect(help).toContain(` ${code} ${meaning}`);
  });

  test('its inventories are good ones', () => {
    const where = { file: 'README.md', directory: '/', home: '/home/operator', user: 'operator' };
    const inventories = blocks('yaml');
    expect(inventories.length).toBeGreaterThan(0);
    for (const text of inventories)
      expect(readInventory(Buffer.from(text), where)).toMatchObject({ ok: true });
  });

  const lines = [
    ...blocks('sh')
      .join('\n')
      .matchAll(/^(?:npx )?node-prep (.+)$/gm),
  ].map((match) => match[1] ?? '');
  test.each(lines)('the command line is good: node-prep %s', (line) => {
    expect(parseCommandLine(line.split(' '), '0.0.0').kind).not.toBe('problems');
  });

  test('every command of the help is in its table', () => {
    const help = parseCommandLine(['--help'], '0.0.0');
    for (const name of ['run', 'check', 'hosts', 'history', 'init', 'schema', 'completion', 'lab']) {
      expect(README).toContain(`| \`node-prep ${name}`);
      expect(help).toMatchObject({ text: expect.stringContaining(`  ${name}`) });
    }
  });
});
