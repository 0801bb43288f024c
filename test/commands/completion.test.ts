import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flagNames } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completionScript } from '../../src/commands/completion.ts';
import { leftOut } from '../support/skipped.ts';

const NAMES = COMMANDS.map((command) => command.name);
const FILES = ['inv.yaml', 'sub.d', 'two words.yml'];
const FORMATS = ['auto', 'json', 'junit', 'lines', 'live', 'ndjson'];

/** What a command line is to be completed with; `$` marks the end of a line that ends in a space. */
const LINES: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ['node-prep h', ['history', 'hosts']],
  ['node-prep $', NAMES],
  ['node-prep run $', FILES],
  ['node-prep run i', ['inv.yaml']],
  ['node-prep run -l gpu-7 $', FILES],
  ['node-prep run -n $', FILES],
  ['node-prep run inv.yaml $', []],
  ['node-prep run --report n', ['notes.txt']],
  ['node-prep run -o $', FORMATS],
  ['node-prep run --output=js', ['json']],
  ['node-prep run --output=json $', FILES],
  ['node-prep hosts -o $', ['json', 'text']],
  ['node-prep lab $', ['check', 'run', 'up']],
  ['node-prep lab run $', []],
  ['node-prep completion $', ['bash', 'fish', 'zsh']],
  ['node-prep history $', []],
  ...COMMANDS.map((command): [string, string[]] => [
    `node-prep ${command.name} -`,
    command.flags.flatMap(flagNames),
  ]),
];

// Each reads lines and prints what it offers for them, and a line with END after each.
const ASK = {
  // readline makes a word of an equals sign.
  bash: String.raw`source "$SCRIPT"
    while IFS= read -r line; do
      read -ra COMP_WORDS <<< "\${line//=/ = }"; COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      if [[ \${COMP_WORDS[COMP_CWORD]} == '$' ]]; then COMP_WORDS[COMP_CWORD]=''; fi
      _node_prep; printf '%s\n' "\${COMPREPLY[@]}" END
    done`.replaceAll('\\$', '$'),
  fish: `source $SCRIPT
    while read -l line
      complete -C (string replace '$' '' -- $line); echo END
    end`,
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-completion-'));
  mkdirSync(join(folder, 'work', 'sub.d'), { recursive: true });
  for (const name of ['inv.yaml', 'two words.yml', 'notes.txt'])
    writeFileSync(join(folder, 'work', name), '');
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    writeFileSync(join(folder, shell), completionScript(shell));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function inShell(
  shell: 'bash' | 'fish' | 'zsh',
  argv: string[],
  input: string,
  more: Record<string, string> = {},
): string {
  const env = { ...process.env, HOME: folder, SCRIPT: join(folder, shell), ...more };
  return execFileSync(shell, argv, {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    env,
    input,
    timeout: 55_000,
  });
}

describe.each(['bash', 'fish'] as const)('completion in a real %s', (shell) => {
  test.skipIf(leftOut(shell))('offers what the table has, for every line', () => {
    const input = LINES.map(([line]) => `${line}\n`).join('');
    const text = inShell(shell, [shell === 'bash' ? '--norc' : '--no-config', '-c', ASK[shell]], input);
    const found = text.split(/^END\n/m).map((answer) =>
      answer
        .split('\n')
        // fish adds a description, and says --output=json where bash says json.
        .map((offer) => (offer.split('\t')[0] ?? '').replace(/^--\w+=/, '').replace(/\/$/, ''))
        .filter((offer) => offer !== ''),
    );
    for (const [place, [line, offers]] of LINES.entries()) {
      // Beside the commands bash offers --help and --version.
      const mine =
        line === 'node-prep $' ? found[place]?.filter((offer) => !offer.startsWith('-')) : found[place];
      expect(mine?.sort(), line).toEqual([...offers].sort());
    }
  });
});

// zsh completes only within its line editor: type into a pseudo-terminal once the prompt is there, TAB twice, and wait
// for the last offer. Should it never come, the time is up.
const ASK_ZSH = String.raw`
zmodload zsh/zpty
zpty -b z zsh -f -i
zpty -w z 'autoload -Uz compinit; compinit -D -u; LISTMAX=9999; unsetopt beep; stty -echo cols 300'
zpty -w z "source $SCRIPT; PS1=RE''ADY"; zpty -r -m z out '*READY*'
while IFS=: read -r line last; do
  zpty -w -n z "$line"$'\t\t'; zpty -r -m z out "*$last*"; print -r -- "$out"; print END
  zpty -w -n z $'\C-e\C-u'
done
zpty -d z`;

const ZSH_LINES: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ['node-prep ', NAMES],
  ['node-prep run -', ['--concurrency', '--dry-run', '--resume', '--verbose']],
  ['node-prep run -o ', FORMATS],
  ['node-prep run ', ['inv.yaml', 'sub.d/', 'two\\ words.yml']],
];

describe('completion in a real zsh', () => {
  test.skipIf(leftOut('zsh'))('offers what the table has', { timeout: 60_000 }, () => {
    const input = ZSH_LINES.map(([line, offers]) => `${line}:${[...offers].sort().at(-1)}\n`).join('');
    const found = inShell('zsh', ['-f', '-c', ASK_ZSH], input).split(/^END\n/m);
    for (const [place, [, offers]] of ZSH_LINES.entries()) {
      for (const offer of offers) expect(found[place]).toContain(offer);
    }
  });
});

describe.each(['bash', 'zsh', 'fish'] as const)('the script for %s', (shell) => {
  const script = completionScript(shell);

  test.each(COMMANDS.map((command) => [command.name, command] as const))(
    'has %s and all its flags',
    (name, command) => {
      expect(script).toContain(name);
      for (const { long } of command.flags)
        expect(script).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    },
  );

  test('says how to use it, and never starts node-prep itself', () => {
    expect(script).toContain(`node-prep completion ${shell}`);
    expect(script.replace(/^\s*#.*$/gm, '')).not.toMatch(/\(node-prep |`node-prep/);
  });
});
