import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { LATER_COMMANDS, LATER_FLAGS } from '../../src/cli/later.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import type { Request } from '../../src/domain/request.ts';

const parse = (...argv: string[]) => parseCommandLine(argv, '1.2.3');

function requestOf(...argv: string[]): Request {
  const parsed = parse(...argv);
  if (parsed.kind !== 'request') throw new Error(`not a request: ${JSON.stringify(parsed)}`);
  return parsed.request;
}

/** `CODE message hint` of each problem. */
function problemsOf(...argv: string[]): string[] {
  const parsed = parse(...argv);
  if (parsed.kind !== 'problems') throw new Error(`no problem: ${JSON.stringify(parsed)}`);
  return parsed.problems.map(({ code, message, hint }) => `${code} ${message} ${hint}`);
}

const RUN: Request = {
  command: 'run',
  inventory: 'inv.yaml',
  limit: [],
  exclude: [],
  concurrency: 64,
  handshakes: 32,
  logins: 16,
  timeoutMs: 120_000,
  maxFailures: null,
  dryRun: false,
  output: 'auto',
  report: null,
  resume: false,
  dropOtherRegistries: false,
  verbose: false,
  color: true,
};

describe('a good command line becomes a request', () => {
  test.each<[string, string, Partial<Request>]>([
    ['the defaults', 'run inv.yaml', {}],
    ['flags before the inventory', 'run -n inv.yaml', { dryRun: true }],
    ['short flags in one word', 'run inv.yaml -nvc8', { dryRun: true, verbose: true, concurrency: 8 }],
    [
      'a value behind an equals sign',
      'run inv.yaml --limit=a,b --handshakes=1',
      { limit: ['a,b'], handshakes: 1 },
    ],
    [
      'a repeated pattern',
      'run inv.yaml -l gpu-* -l 10.0.1.[1-3,5] -x edge',
      { limit: ['gpu-*', '10.0.1.[1-3,5]'], exclude: ['edge'] },
    ],
    ['the last of a single value', 'run inv.yaml -o json -o lines', { output: 'lines' }],
    ['the largest number', 'run inv.yaml --logins 10000', { logins: 10_000 }],
    ['a duration', 'run inv.yaml --timeout 500ms', { timeoutMs: 500 }],
    ['a number of failures', 'run inv.yaml --max-failures 1', { maxFailures: { kind: 'count', count: 1 } }],
    [
      'a share of failures',
      'run inv.yaml --max-failures 100%',
      { maxFailures: { kind: 'percent', percent: 100 } },
    ],
    [
      'the other switches',
      'run inv.yaml --resume --drop-other-registries --no-color --report out.json',
      { resume: true, dropOtherRegistries: true, color: false, report: 'out.json' },
    ],
    ['what follows two dashes is no flag', 'run -- --limit', { inventory: '--limit' }],
  ])('%s', (_, line, expected) => {
    expect(requestOf(...line.split(' '))).toEqual({ ...RUN, ...expected });
  });

  test.each<[string, Request]>([
    [
      'hosts inv.yaml -l a -o json',
      { command: 'hosts', inventory: 'inv.yaml', limit: ['a'], exclude: [], output: 'json' },
    ],
    ['init', { command: 'init', hosts: [], file: 'inventory.yaml', force: false }],
    [
      'init a b-[1-3] -f x.yaml --force',
      { command: 'init', hosts: ['a', 'b-[1-3]'], file: 'x.yaml', force: true },
    ],
    ['schema', { command: 'schema' }],
    ['completion fish', { command: 'completion', shell: 'fish' }],
    ['history', { command: 'history', runId: null, limit: 20, output: 'text' }],
    ['history 01JD -n 5 -o json', { command: 'history', runId: '01JD', limit: 5, output: 'json' }],
    ['lab run', { command: 'lab', action: 'run', agents: 12, output: 'auto', color: true }],
    ['lab up', { command: 'lab', action: 'up', agents: 12, output: 'auto', color: true }],
    [
      'lab run --agents 3 -o lines --no-color',
      { command: 'lab', action: 'run', agents: 3, output: 'lines', color: false },
    ],
  ])('node-prep %s', (line, expected) => {
    expect(requestOf(...line.split(' '))).toEqual(expected);
  });

  test('every example of the help is one', () => {
    for (const [line] of COMMANDS.flatMap((command) => command.examples)) {
      const [, words = ''] = /node-prep ([^|<>)]+)/.exec(line) ?? [];
      const argv = words
        .trim()
        .split(' ')
        .map((word) => word.replaceAll('"', ''));
      expect(parse(...argv).kind, line).toBe('request');
    }
  });
});

describe('what is wrong is named, with what to do', () => {
  test.each<[string, string[], RegExp]>([
    [
      'a forgotten command',
      ['inventory.yaml'],
      /^UNKNOWN_COMMAND .*`inventory\.yaml`.* node-prep run inventory\.yaml/,
    ],
    ['a forgotten command before a path', ['fleet/inv', '-n'], /^UNKNOWN_COMMAND .*node-prep run fleet\/inv/],
    ['a mistyped command', ['histroy'], /^UNKNOWN_COMMAND .*Did you mean `history`\?/],
    ['a word that is like nothing', ['frobnicate'], /^UNKNOWN_COMMAND .*node-prep --help/],
    [
      'a flag before the command',
      ['-v', 'run', 'inv.yaml'],
      /^MISPLACED_FLAG `-v` .*node-prep run \[flags\]/,
    ],
    ['a flag and no command', ['--limit=x'], /^MISPLACED_FLAG `--limit` .*node-prep <command>/],
    ['no inventory', ['run'], /^MISSING_ARGUMENT `run` needs an inventory\. .*node-prep init/],
    ['two inventories', ['run', 'a.yaml', 'b.yaml'], /^EXTRA_ARGUMENT `b\.yaml` .*--limit/],
    ['an empty inventory', ['run', ''], /^BAD_VALUE .*empty.*variable/],
    ['standard input as inventory', ['run', '-'], /^BAD_VALUE .*not from standard input/],
    ['an unknown flag', ['run', 'i', '--concurency', '5'], /^UNKNOWN_FLAG .*Did you mean `--concurrency`\?/],
    ["another command's flag", ['hosts', 'i', '--resume'], /^UNKNOWN_FLAG .*flag of `run` and `check`/],
    ['a flag of check alone', ['run', 'i', '--prometheus', 'm'], /^UNKNOWN_FLAG .*flag of `check`/],
    ['a long name behind one dash', ['run', 'i', '-limit', 'x'], /^UNKNOWN_FLAG .*`-limit`.*`--limit`/],
    ['a switch with a value', ['run', 'i', '--dry-run=yes'], /^BAD_VALUE `--dry-run` takes no value/],
    ['a flag at the end without its value', ['run', 'i', '-l'], /^MISSING_VALUE `-l` needs a value/],
    ['the same in a group', ['run', 'i', '-nl'], /^MISSING_VALUE `-l` needs a value/],
    ['a flag in place of a value', ['run', 'i', '-l', '--dry-run'], /^MISSING_VALUE `--limit` .*`--dry-run`/],
    ['an empty value', ['run', 'i', '-l', ''], /^BAD_VALUE .*`--limit` is empty/],
    ['a pattern with a dash', ['run', 'i', '-l', '-9'], /^BAD_VALUE `--limit` cannot be `-9`/],
    ['no agents at work', ['run', 'i', '-c', '0'], /^BAD_VALUE `--concurrency` cannot be `0`.* 1 to 10000/],
    ['too many at work', ['run', 'i', '-c', '10001'], /^BAD_VALUE .*1 to 10000/],
    ['half an agent', ['run', 'i', '--logins', '1.5'], /^BAD_VALUE/],
    ['a number in another base', ['run', 'i', '--logins', '0x10'], /^BAD_VALUE/],
    ['a duration without a unit', ['run', 'i', '--timeout', '20'], /^BAD_VALUE .*500ms, 20s, 5m, 12h/],
    ['a duration of nothing', ['run', 'i', '--timeout', '0s'], /^BAD_VALUE/],
    ['no failure at all', ['run', 'i', '--max-failures', '0'], /^BAD_VALUE/],
    ['a share of nothing', ['run', 'i', '--max-failures', '0%'], /^BAD_VALUE/],
    ['more than all', ['run', 'i', '--max-failures', '101%'], /^BAD_VALUE .*1% to 100%/],
    ['an unknown output', ['run', 'i', '-o', 'xml'], /^BAD_VALUE .*auto, live, lines, json, ndjson, junit/],
    ['a report to standard output', ['run', 'i', '--report', '-'], /^BAD_VALUE .*-o json/],
    ['a typographic dash', ['run', 'i', '–limit'], /^EXTRA_ARGUMENT .*typographic/],
    ['no shell', ['completion'], /^MISSING_ARGUMENT .*bash, zsh or fish/],
    ['another shell', ['completion', 'tcsh'], /^BAD_VALUE .*bash, zsh or fish/],
    ['a lab without an action', ['lab'], /^MISSING_ARGUMENT .*run, check or up/],
    ['a mistyped action', ['lab', 'rnu'], /^BAD_VALUE .*Did you mean `run`/],
    [
      'a result of a fleet that only stays up',
      ['lab', 'up', '-o', 'json'],
      /^UNKNOWN_FLAG `lab up` has no .*`lab run`/,
    ],
    ['help on nothing', ['help', 'nothing'], /^UNKNOWN_COMMAND/],
  ])('%s', (_, argv, expected) => {
    expect(problemsOf(...argv)).toEqual([expect.stringMatching(expected)]);
  });

  test('everything at once', () => {
    const found = problemsOf(
      'run',
      'a',
      'b',
      '-c',
      '0',
      '--timeout',
      'x',
      '-o',
      'y',
      '--max-failures',
      '0',
      '-x',
    );
    expect(found.map((text) => text.split(' ')[0])).toEqual([
      ...['EXTRA_ARGUMENT', 'MISSING_VALUE', 'BAD_VALUE', 'BAD_VALUE', 'BAD_VALUE', 'BAD_VALUE'],
    ]);
  });

  test('an unknown flag and a bad value, but no guess about the words behind the flag', () => {
    const found = problemsOf('run', '--frob', 'inv.yaml', '-c', '0');
    expect(found.map((text) => text.split(' ')[0])).toEqual(['UNKNOWN_FLAG', 'BAD_VALUE']);
  });

  test.each([
    ['--password', 'hunter2'],
    ['--password=hunter2'],
    ['-p', 'hunter2'],
    ['-phunter2'],
    ['--registry-token=hunter2'],
  ])('a secret on the command line is refused and not repeated: %s', (...words) => {
    const found = problemsOf('run', 'inv.yaml', ...words).join('\n');
    expect(found).toMatch(/^UNKNOWN_FLAG .*inventory.*others can see it/);
    expect(found).not.toContain('hunter2');
  });

  test('control characters do not reach the terminal', () => {
    for (const argv of [
      ['\x1b[2J.yaml'],
      ['run', 'i', '\x1b[2J'],
      ['run', 'i', '--\x1b[2J'],
      ['run', 'i', '-o', '\x1b[2J'],
    ]) {
      expect(problemsOf(...argv).join('')).not.toContain('\x1b');
    }
  });
});

describe('check', () => {
  const { command: _, dryRun, dropOtherRegistries, ...shared } = RUN as Extract<Request, { command: 'run' }>;
  const CHECK: Request = {
    ...shared,
    command: 'check',
    app: null,
    image: null,
    pull: false,
    pullTimeoutMs: 600_000,
    taskUser: null,
    strict: false,
    prometheus: null,
  };

  test.each<[string, string, object]>([
    ['the defaults', 'check inv.yaml', {}],
    ['an app in a file', 'check inv.yaml --app app.json', { app: { kind: 'file', path: 'app.json' } }],
    ['an app on standard input', 'check inv.yaml --app -', { app: { kind: 'file', path: '-' } }],
    [
      'an app in a Marathon',
      'check inv.yaml --marathon https://m.example.com/service/marathon --app-id prod/runner',
      {
        app: {
          kind: 'marathon',
          url: new URL('https://m.example.com/service/marathon'),
          appId: '/prod/runner',
        },
      },
    ],
    [
      'an image',
      'check inv.yaml --image r.example.com/a:1',
      { image: { written: 'r.example.com/a:1', registry: 'r.example.com', repository: 'a', reference: '1' } },
    ],
    [
      'a pull',
      'check inv.yaml --image a --pull --pull-timeout 1m',
      { pull: true, pullTimeoutMs: 60_000, image: expect.anything() },
    ],
    ['a task user', 'check inv.yaml --task-user nobody', { taskUser: 'nobody' }],
    [
      'the rest',
      'check inv.yaml --app a.json --strict --prometheus m.prom',
      { app: expect.anything(), strict: true, prometheus: 'm.prom' },
    ],
  ])('%s', (_, line, expected) => {
    expect(requestOf(...line.split(' '))).toEqual({ ...CHECK, ...expected });
  });

  test.each<[string, string, RegExp]>([
    ['a Marathon without an app', '--marathon https://m', /^MISSING_FLAG .*--app-id/],
    ['an app without its Marathon', '--app-id /a', /^MISSING_FLAG .*--marathon/],
    ['an app from two places', '--app a.json --marathon https://m --app-id /a', /^CONFLICTING_FLAGS/],
    ['an image beside an app', '--app a.json --image a', /^CONFLICTING_FLAGS .*names its image/],
    ['a pull of nothing', '--pull', /^MISSING_FLAG .*something to pull/],
    ['a time for no pull', '--pull-timeout 1m', /^MISSING_FLAG .*nothing is pulled/],
    ['strictness about no app', '--strict', /^MISSING_FLAG/],
    ['an image that is none', '--image UPPER', /^BAD_VALUE .*as docker names it/],
    ['a user that is none', '--task-user $(x)', /^BAD_VALUE/],
    [
      'an address with a password, which is not repeated',
      '--marathon https://u:hunter2@m --app-id /a',
      /^BAD_VALUE (?!.*hunter2)/,
    ],
    [
      'an address with a token, which is not repeated',
      '--marathon https://m/?token=hunter2 --app-id /a',
      /^BAD_VALUE (?!.*hunter2)/,
    ],
    ['another protocol', '--marathon ftp://m --app-id /a', /^BAD_VALUE/],
    ['an id that is none', '--marathon https://m --app-id /A', /^BAD_VALUE/],
    ['a dry run, which it always is', '--dry-run', /^UNKNOWN_FLAG .*check changes nothing anyway/],
    ['the same in short', '-nv', /^UNKNOWN_FLAG .*check changes nothing anyway/],
    ['metrics on standard output', '--prometheus -', /^BAD_VALUE .*the name of a file/],
    ['a flag in place of the app', '--app --strict', /^MISSING_VALUE `--app`/],
    ["run's own flag", '--drop-other-registries', /^UNKNOWN_FLAG .*`run`/],
  ])('not %s', (_, flags, words) => {
    expect(problemsOf('check', 'inv.yaml', ...flags.split(' '))).toEqual([expect.stringMatching(words)]);
  });
});

describe('what later versions bring is refused by name', () => {
  test.each(LATER_COMMANDS)('the command %s', (name) => {
    expect(problemsOf(name, 'inv.yaml', '--app', 'x')).toEqual([
      expect.stringMatching(`^NOT_YET \`${name}\` is not in this version`),
    ]);
    expect(problemsOf('help', name)).toEqual([expect.stringMatching('^NOT_YET')]);
  });

  test.each([...LATER_FLAGS.keys()])('the flag %s', (flag) => {
    expect(problemsOf('run', 'inv.yaml', flag, 'x')).toEqual([
      expect.stringMatching(`^NOT_YET \`${flag}\` belongs to`),
    ]);
    expect(problemsOf('run', 'inv.yaml', `${flag}=x`)).toEqual([expect.stringMatching('^NOT_YET')]);
  });

  test.each(['rotate'])('lab %s', (action) => {
    expect(problemsOf('lab', action)).toEqual([expect.stringMatching(`^NOT_YET \`lab ${action}\``)]);
  });

  test('none of them is in this version too', () => {
    const flags = COMMANDS.flatMap((command) => command.flags.map((flag) => flag.long));
    expect(flags.filter((flag) => LATER_FLAGS.has(flag))).toEqual([]);
    expect(COMMANDS.filter((command) => LATER_COMMANDS.includes(command.name))).toEqual([]);
  });
});

describe('problems are JSON when JSON was asked for', () => {
  test.each<[string, boolean]>([
    ['run -o json', true],
    ['run -ojson', true],
    ['run --output json', true],
    ['run --output=json', true],
    ['run -nvo json', true],
    ['rnu inv.yaml -o json', true],
    ['rotate inv.yaml -o json', true],
    ['check inv.yaml --image -o json', true],
    ['run -o json -o lines', false],
    ['run -o ndjson', false],
    ['run -- -o json', false],
    ['run', false],
  ])('%s: %s', (line, json) => {
    expect(parse(...line.split(' '))).toMatchObject({ kind: 'problems', json });
  });
});

describe('help and version', () => {
  test('the bare name prints help, but with exit code 2: a script with an empty variable must not look green', () => {
    expect(parse()).toMatchObject({
      kind: 'print',
      exitCode: 2,
      text: expect.stringContaining('Usage: node-prep'),
    });
  });

  test.each(['--version', '-V'])('%s', (flag) => {
    expect(parse(flag)).toEqual({ kind: 'print', text: 'node-prep 1.2.3\n', exitCode: 0 });
  });

  test.each(['--help', '-h', 'help', '-v --help', 'help help'])('%s prints the main page', (line) => {
    expect(parse(...line.split(' '))).toMatchObject({
      kind: 'print',
      exitCode: 0,
      text: expect.stringContaining('Commands:'),
    });
  });

  test.each([
    'run --help',
    'run -h',
    'help run',
    'run inv.yaml --frob -h',
    'run -l --help',
    'run -vh',
    'run -c 0 --help',
  ])('%s prints the page of run', (line) => {
    const parsed = parse(...line.split(' '));
    expect(parsed).toMatchObject({
      kind: 'print',
      exitCode: 0,
      text: expect.stringContaining('Usage: node-prep run'),
    });
  });
});

describe('any words at all', () => {
  const known = COMMANDS.flatMap(({ name, flags }) => [
    name,
    ...flags.flatMap((flag) => [flag.long, flag.short ?? '--']),
  ]);
  const word = fc.oneof(
    fc.constantFrom(...known, '--', '-', '--=', '-=', '1', '10%', '2m', 'inv.yaml'),
    fc.string(),
    fc.string({ unit: 'binary' }),
  );

  test('give a value, never an error; problems are never an empty list', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (argv) => {
        const parsed = parseCommandLine(argv, '1.2.3');
        expect(['request', 'print', 'problems']).toContain(parsed.kind);
        if (parsed.kind === 'problems') expect(parsed.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  test('numbers of a request are always from 1 to 10000', () => {
    const flag = fc.constantFrom('-c', '--handshakes', '--logins');
    fc.assert(
      fc.property(flag, fc.oneof(fc.integer(), fc.double(), fc.string()), (name, value) => {
        const parsed = parseCommandLine(['run', 'i', name, String(value)], '1.2.3');
        if (parsed.kind !== 'request' || parsed.request.command !== 'run') return;
        for (const count of [parsed.request.concurrency, parsed.request.handshakes, parsed.request.logins]) {
          expect(Number.isInteger(count) && count >= 1 && count <= 10_000).toBe(true);
        }
      }),
    );
  });
});
