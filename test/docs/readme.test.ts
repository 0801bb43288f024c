import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { CATALOGUE, PHASES } from '../../src/errors/catalogue.ts';
import { readInventory } from '../../src/inventory/inventory.ts';

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

  test('its list of tools is what the remote script asks for', () => {
    const script = readFileSync(join(ROOT, 'src/remote/node-prep.sh'), 'utf8');
    const tools = /for tool in ([a-z ]+); do/.exec(script)?.[1];
    expect(between('tools')).toBe(`\`${tools}\``);
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
      .matchAll(/^node-prep (.+)$/gm),
  ].map((match) => match[1] ?? '');
  test.each(lines)('the command line is good: node-prep %s', (line) => {
    expect(parseCommandLine(line.split(' '), '0.0.0').kind).not.toBe('problems');
  });

  test('every command of the help is in its table', () => {
    const help = parseCommandLine(['--help'], '0.0.0');
    for (const name of ['run', 'hosts', 'history', 'init', 'schema', 'completion', 'lab']) {
      expect(README).toContain(`| \`node-prep ${name}`);
      expect(help).toMatchObject({ text: expect.stringContaining(`  ${name}`) });
    }
  });
});
