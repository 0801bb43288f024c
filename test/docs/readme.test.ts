import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECK_FLAGS } from '../../src/cli/check-flags.ts';
import { mainHelp } from '../../src/cli/help.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { RUN_FLAGS } from '../../src/cli/run-flags.ts';
import { checkWarnings } from '../../src/commands/check-warnings.ts';
import { FINDING_CODES } from '../../src/domain/finding.ts';
import { CATALOGUE, PHASES } from '../../src/errors/catalogue.ts';
import { readInventory } from '../../src/inventory/inventory.ts';
import { storyBefore } from '../../src/lab/story.ts';
import { WARNINGS } from '../../src/marathon/findings.ts';
import { prometheusText } from '../../src/output/prometheus.ts';
import { prepared, reportOf } from '../output/samples.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CHECK = readFileSync(join(ROOT, 'docs/check.md'), 'utf8');

function between(name: string, page = README): string {
  return new RegExp(`<!-- ${name} -->\\n?([\\s\\S]*?)<!-- /${name} -->`).exec(page)?.[1]?.trim() ?? '';
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

  test('it says of every finding what it means, whether it shuts the gate, and what to do', () => {
    const row = /^\| `(\w+)` \| (error|warning) \| \S[^|]* \| \S[^|]* \|$/gm;
    const rows = [...between('findings').matchAll(row)];
    expect(rows.map(([, code, severity]) => [code, severity])).toEqual(
      FINDING_CODES.map((code) => [code, WARNINGS.has(code) ? 'warning' : 'error']),
    );
  });

  test('it says of every warning of a check what it means and what to do', () => {
    const notes = [{ agent: 'agent-01', leftovers: ['/run/left'], uncompared: ['registry.example.com'] }];
    const codes = checkWarnings({ notes, others: ['agent-02'] }).map(({ code }) => code);
    expect(codes).toHaveLength(3);
    for (const code of codes)
      expect(README).toMatch(new RegExp(`^\\| \`${code}\` \\| \\S[^|]* \\| \\S[^|]* \\|$`, 'm'));
  });

  test('its flags of check are those that run lacks, with their defaults; the others are no flags of check', () => {
    const table = between('check-flags');
    const ofRun = new Set(RUN_FLAGS.map(({ long }) => long));
    const own = CHECK_FLAGS.filter(({ long }) => !ofRun.has(long));
    const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(
      ([, cell]) => cell?.match(/--[a-z-]+/g) ?? [],
    );
    expect(named.sort()).toEqual(own.map(({ long }) => long).sort());
    for (const { value } of own)
      if (value?.default !== undefined) expect(table).toContain(`(${value.default})`);

    const known = new Set(CHECK_FLAGS.map(({ long }) => long));
    const missing = RUN_FLAGS.map(({ long }) => long).filter((long) => !known.has(long));
    expect(README).toContain(`but ${missing.map((long) => `\`${long}\``).join(' and ')}, and:`);
  });

  test('it names every metric, and docs/check.md says of each what its HELP says', () => {
    const archive = { generation: 'g-7f3a91c2', ageSeconds: 60, expiresAt: '2026-02-03T00:00:00.000Z' };
    const report = reportOf([prepared('agent-01', { archive })], { command: 'check', findings: [] });
    const metrics = [...prometheusText(report).matchAll(/^# HELP (\w+) (.+)$/gm)];
    const rows = metrics.map(([, name, help]) => `| \`${name}\` | ${help} |`);
    expect(between('metrics', CHECK)).toBe(['| metric | |', '|---|---|', ...rows].join('\n'));
    for (const [, name] of metrics) expect(README).toContain(`\`${name}\``);
    const source = readFileSync(join(ROOT, 'src/output/prometheus.ts'), 'utf8');
    expect(metrics).toHaveLength([...source.matchAll(/name: 'node_prep_/g)].length);
  });

  test('docs/check.md has every failure of an archive, and no code that there is not', () => {
    const rows = between('failures', CHECK).split('\n').slice(2);
    const named = rows.flatMap((row) => row.split(' | ')[0]?.match(/[A-Z]+(?:_[A-Z]+)+/g) ?? []);
    for (const code of named) expect(Object.keys(CATALOGUE)).toContain(code);
    const ofArchives = Object.entries(CATALOGUE).filter(([code, { phase }]) => {
      return phase === 'archive' && code !== 'NO_PREVIOUS';
    });
    for (const [code] of ofArchives) expect(named).toContain(code);
    expect(named).toContain('PULL_DENIED');
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
