import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { openReportFiles, type ReportFile, type WantedFile } from '../../src/files/report-file.ts';
import { reportPieces } from '../../src/files/report-text.ts';

const REPORT = {
  schema: 'node-prep/report/v1',
  id: '01J0',
  exitCode: 0,
  agents: [] as Report['agents'],
} as Report;
const TEXT = `${JSON.stringify(REPORT, null, 2)}\n`;

let folder = '';
const at = (...names: string[]) => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-prep-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stream that keeps what it is given, or breaks. */
function stream(broken?: string) {
  const texts: string[] = [];
  const error = Object.assign(new Error('broken'), { code: broken });
  const writable = new Writable({
    write: (text, _, done) => {
      texts.push(String(text));
      done(broken === undefined ? null : error);
    },
  });
  writable.on('error', () => undefined);
  return { texts, writable };
}

interface Given {
  stdout?: Writable | null;
  stderr?: Writable;
  inUse?: { path: string; what: string }[];
}
const asReport = (path: string): WantedFile => {
  return { path, what: 'The report', code: 'REPORT', textOf: reportPieces };
};
const asMetrics = (path: string): WantedFile => {
  return { path, what: 'The metrics', code: 'METRICS', textOf: ({ id }) => ['run ', `${id}\n`] };
};
const openAll = (wanted: readonly WantedFile[], { stdout, stderr, inUse = [] }: Given = {}) =>
  openReportFiles(wanted, {
    stdout: stdout === undefined ? stream().writable : stdout,
    stderr: stderr ?? stream().writable,
    inUse,
  });
const open = async (path: string, given: Given = {}) => {
  const files = await openAll([asReport(path)], given);
  const [file] = files.ok ? files.value : [];
  if (!files.ok) return files;
  if (file === undefined) throw new Error('no file');
  return { ok: true as const, value: file };
};

async function opened(path: string, given: Given = {}): Promise<ReportFile> {
  const file = await open(path, given);
  if (!file.ok) throw new Error(file.error[0]?.message);
  return file.value;
}

async function refusal(path: string, given: Given = {}): Promise<string | undefined> {
  const file = await open(path, given);
  if (file.ok) return undefined;
  expect(file.error).toEqual([
    { code: 'REPORT_UNWRITABLE', message: expect.any(String), hint: expect.stringMatching(/\w/) },
  ]);
  return file.error[0]?.message;
}

describe('a file', () => {
  test('that is not there yet comes to be whole, in the end, and nothing is left beside it', async () => {
    const file = await opened(at('r.json'));
    expect(existsSync(at('r.json'))).toBe(false);
    expect(await file.write(REPORT)).toBeNull();
    file.discard();
    expect(readFileSync(at('r.json'), 'utf8')).toBe(TEXT);
    expect(readdirSync(folder)).toEqual(['r.json']);
    expect(file.apart).toBe(true);
  });

  test.each([0, 1, 250, 251, 600])(
    'has the report of %i agents, written in pieces, byte for byte',
    async (count) => {
      const odd = 'a "quote", a \u2028 and two\nlines; "agents": []';
      const agents = Array.from({ length: count }, (_, n) => ({
        name: `${odd} ${n}`,
        steps: [],
        failures: [{}],
      }));
      const report = { ...REPORT, inventory: odd, agents } as unknown as Report;
      const file = await opened(at('r.json'));
      expect(await file.write(report)).toBeNull();
      expect(readFileSync(at('r.json'), 'utf8')).toBe(`${JSON.stringify(report, null, 2)}\n`);
    },
  );

  test('that is there keeps its text until the end, and its mode', async () => {
    writeFileSync(at('r.json'), 'old, and longer than what comes '.repeat(20));
    chmodSync(at('r.json'), 0o602);
    const file = await opened(at('r.json'));
    expect(readFileSync(at('r.json'), 'utf8')).toMatch(/^old/);
    expect(await file.write(REPORT)).toBeNull();
    expect(readFileSync(at('r.json'), 'utf8')).toBe(TEXT);
    expect(statSync(at('r.json')).mode & 0o777).toBe(0o602);
  });

  test.runIf(process.getuid?.() === 0)('keeps its owner, where that is allowed', async () => {
    writeFileSync(at('r.json'), 'old');
    execFileSync('chown', ['12345:12346', at('r.json')]);
    await (await opened(at('r.json'))).write(REPORT);
    expect(statSync(at('r.json'))).toMatchObject({ uid: 12345, gid: 12346 });
  });

  test('is left as it was when there is no report', async () => {
    writeFileSync(at('r.json'), 'old');
    const file = await opened(at('r.json'));
    file.discard();
    file.discard();
    expect(readFileSync(at('r.json'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['r.json']);
  });

  test('may have a name as long as names can be', async () => {
    const name = `${'r'.repeat(250)}.json`;
    await (await opened(at(name))).write(REPORT);
    expect(readdirSync(folder)).toEqual([name]);
  });

  test.each([
    ['vanishes', () => rmSync(folder, { recursive: true }), 'there is no such folder'],
    [
      'gets a folder of that name',
      () => mkdirSync(at('r.json', 'x'), { recursive: true }),
      'a folder is there',
    ],
  ])('whose folder %s meanwhile: a warning that says so, and nothing thrown', async (_, change, reason) => {
    const file = await opened(at('r.json'));
    change();
    expect(await file.write(REPORT)).toEqual({
      code: 'REPORT_NOT_WRITTEN',
      message: `The report could not be written to ${at('r.json')}: ${reason}.`,
      hint: expect.stringContaining('node-prep history 01J0'),
    });
    file.discard();
  });
});

describe('a link', () => {
  beforeEach(() => {
    mkdirSync(at('real'));
    mkdirSync(at('links', 'deep'), { recursive: true });
    symlinkSync('../../real/r.json', at('links', 'deep', 'one'));
    symlinkSync('deep/one', at('links', 'two'));
    symlinkSync('links/deep', at('folder-link'));
  });

  test.each([
    ['to a link to a file', ['links', 'two'], true],
    ['to where no file is yet', ['links', 'deep', 'one'], false],
    ['in a folder that is one itself', ['folder-link', 'one'], true],
  ])('%s stays, and what it leads to is replaced', async (_, names, there) => {
    if (there) writeFileSync(at('real', 'r.json'), 'old');
    const file = await opened(relative(process.cwd(), at(...names)));
    expect(readdirSync(at('real')).filter((name) => name.endsWith('.tmp'))).toHaveLength(1);
    expect(await file.write(REPORT)).toBeNull();
    expect(lstatSync(at(...names)).isSymbolicLink()).toBe(true);
    expect(readdirSync(at('real'))).toEqual(['r.json']);
    expect(readFileSync(at('real', 'r.json'), 'utf8')).toBe(TEXT);
  });

  test('behind a link to a folder, .. is where the system finds it', async () => {
    await (await opened(`${at('folder-link')}/../r.json`)).write(REPORT);
    expect(readdirSync(at('links')).toSorted()).toEqual(['deep', 'r.json', 'two']);
  });

  test('that leads to itself is refused', async () => {
    symlinkSync('circle', at('circle'));
    expect(await refusal(at('circle'))).toContain('its links lead in a circle');
  });

  test('to a descriptor is that descriptor', async () => {
    symlinkSync('/dev/stderr', at('log'));
    const { texts, writable } = stream();
    await (await opened(at('log'), { stderr: writable })).write(REPORT);
    expect(texts).toEqual([TEXT]);
    expect(readdirSync(folder)).toContain('log');
  });
});

describe('refused, before anything is contacted, and nothing is touched', () => {
  test.each([
    ['a folder', () => mkdirSync(at('it')), 'it is a folder'],
    ['a link to a folder', () => symlinkSync('.', at('it')), 'it is a folder'],
    ['a named pipe', () => execFileSync('mkfifo', [at('it')]), 'it is a named pipe'],
  ])('%s', async (_, make, reason) => {
    make();
    const { ino, mode, mtimeMs } = lstatSync(at('it'));
    expect(await refusal(at('it'))).toBe(`The report cannot be written to ${at('it')}: ${reason}.`);
    expect(lstatSync(at('it'))).toMatchObject({ ino, mode, mtimeMs });
    expect(readdirSync(folder)).toEqual(['it']);
  });

  test('a socket', async () => {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(at('it'), listening));
    expect(await refusal(at('it'))).toContain('it is a socket');
    server.close();
  });

  test.each([
    ['no name at all', '', 'it is a folder'],
    ['a name that can only be a folder’s', 'FOLDER/it/', 'it names a folder'],
    ['a folder that is not there', 'FOLDER/none/r.json', 'there is no such folder'],
    ['a file for a folder', 'FOLDER/file/r.json', 'a part of its path is no folder'],
    ['a name that is too long', `FOLDER/${'x'.repeat(256)}`, 'ENAMETOOLONG'],
    ['a name with a NUL', 'FOLDER/a\0b', 'ERR_INVALID_ARG_VALUE'],
    ['a folder of the kernel’s', '/proc/r.json', 'there is no such folder'],
    ['a descriptor that is not open', '/dev/fd/99999', 'no descriptor of that number'],
    ['a descriptor that cannot be', '/dev/fd/9999999999', 'no descriptor of that number'],
  ])('%s', async (_, path, reason) => {
    writeFileSync(at('file'), 'old');
    expect(await refusal(path.replace('FOLDER', folder))).toContain(reason);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test.runIf(process.getuid?.() !== 0)('a file that the operator may not write', async () => {
    writeFileSync(at('r.json'), 'old', { mode: 0o444 });
    expect(await refusal(at('r.json'))).toContain('you may not write there');
  });

  test.each([
    ['by its name', (path: string) => path],
    [
      'by a hard link',
      (path: string) => {
        linkSync(path, at('hard'));
        return at('hard');
      },
    ],
    [
      'by a symbolic link',
      (path: string) => {
        symlinkSync(path, at('soft'));
        return at('soft');
      },
    ],
  ])('a file that the run uses itself, %s', async (_, name) => {
    const inventory = at('inventory.yaml');
    writeFileSync(inventory, 'agents: [a]');
    const inUse = [
      { path: at('not-there'), what: 'a file that the inventory names' },
      { path: inventory, what: 'the inventory' },
    ];
    const path = name(inventory);
    expect(await refusal(path, { inUse })).toBe(
      `The report cannot be written to ${path}: it is the inventory.`,
    );
    expect(readFileSync(inventory, 'utf8')).toBe('agents: [a]');
    expect(readdirSync(folder).filter((found) => found.endsWith('.tmp'))).toEqual([]);
    expect(await refusal(at('r.json'), { inUse })).toBeUndefined();
  });

  test('control characters of a name do not reach the terminal', async () => {
    expect(await refusal(at('\x1b[2J', 'r.json'))).toContain('\\x1b[2J');
  });
});

describe('what is open already', () => {
  test.each(['/dev/stderr', '/dev/fd/2', '/proc/self/fd/2', '/dev/../dev/stderr'])(
    '%s: through the stream, in its turn',
    async (path) => {
      const { texts, writable } = stream();
      const file = await opened(path, { stderr: writable });
      expect(file.apart).toBe(false);
      expect(texts).toEqual([]);
      expect(await file.write(REPORT)).toBeNull();
      expect(texts).toEqual([TEXT]);
    },
  );

  test('standard output, unless a program reads the result there', async () => {
    const { texts, writable } = stream();
    await (await opened('/dev/stdout', { stdout: writable })).write(REPORT);
    expect(texts).toEqual([TEXT]);
    expect(await refusal('/dev/stdout', { stdout: null })).toContain(
      'standard output has the result already',
    );
  });

  test('a stream that breaks is a warning', async () => {
    const file = await opened('/dev/stdout', { stdout: stream('EPIPE').writable });
    expect((await file.write(REPORT))?.message).toContain('/dev/stdout: nobody reads it any more');
  });

  test('a descriptor that was opened for writing gets it where it stands; another one is refused', async () => {
    writeFileSync(at('log'), 'before\n');
    const writing = openSync(at('log'), 'a');
    const reading = openSync(at('log'), 'r');
    const file = await opened(`/dev/fd/${writing}`);
    expect(await file.write(REPORT)).toBeNull();
    expect(await refusal(`/dev/fd/${reading}`)).toContain('no descriptor of that number is open for writing');
    expect(readFileSync(at('log'), 'utf8')).toBe(`before\n${TEXT}`);
    closeSync(writing);
    closeSync(reading);
  });

  test('the pipes that Node has to itself are refused', async () => {
    const pipes = readdirSync('/dev/fd')
      .map(Number)
      .filter((descriptor) => {
        try {
          return descriptor > 2 && fstatSync(descriptor).isFIFO();
        } catch {
          return false;
        }
      });
    const own = pipes.filter((one) =>
      pipes.some((other) => other !== one && fstatSync(other).ino === fstatSync(one).ino),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const descriptor of own)
      expect(await refusal(`/dev/fd/${descriptor}`)).toContain('no descriptor of that number');
  });
});

describe('a device', () => {
  test('is written to, and stays what it is', async () => {
    const file = await opened('/dev/null');
    expect(file.apart).toBe(false);
    expect(await file.write(REPORT)).toBeNull();
    file.discard();
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.runIf(existsSync('/dev/full'))('that is full is a warning', async () => {
    const file = await opened('/dev/full');
    expect((await file.write(REPORT))?.message).toBe(
      'The report could not be written to /dev/full: no space is left there.',
    );
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
  });
});

describe('several files of one report', () => {
  const messages = async (...wanted: WantedFile[]) => {
    const files = await openAll(wanted);
    return files.ok ? [] : files.error.map(({ code, message }) => `${code} ${message}`);
  };

  test('are made each by its own text', async () => {
    const files = await openAll([asReport(at('r.json')), asMetrics(at('m.prom'))]);
    if (!files.ok) throw new Error('refused');
    for (const file of files.value) expect(await file.write(REPORT)).toBeNull();
    expect(readFileSync(at('r.json'), 'utf8')).toBe(TEXT);
    expect(readFileSync(at('m.prom'), 'utf8')).toBe('run 01J0\n');
    expect(readdirSync(folder).sort()).toEqual(['m.prom', 'r.json']);
  });

  test('are all told where they cannot be, and then none is begun', async () => {
    expect(await messages(asReport(at('no', 'r')), asMetrics(at('no', 'm')), asReport(at('r')))).toEqual([
      expect.stringMatching(
        /^REPORT_UNWRITABLE The report cannot be written to .*: there is no such folder\.$/,
      ),
      expect.stringMatching(
        /^METRICS_UNWRITABLE The metrics cannot be written to .*: there is no such folder\.$/,
      ),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('may not be one file, by whatever name', async () => {
    symlinkSync('r', at('link'));
    expect(await messages(asReport(at('r')), asMetrics(at('link')))).toEqual([
      expect.stringMatching(/^METRICS_UNWRITABLE .*: the report goes there\.$/),
    ]);
    expect(await messages(asReport('/dev/stderr'), asMetrics('/dev/fd/2'))).toEqual([
      expect.stringMatching(/^METRICS_UNWRITABLE .*: the report goes there\.$/),
    ]);
    expect(readdirSync(folder)).toEqual(['link']);
  });

  test('one that cannot be written in the end is a warning of its own', async () => {
    const files = await openAll([asMetrics(at('m.prom'))]);
    if (!files.ok) throw new Error('refused');
    mkdirSync(at('m.prom', 'in the way'), { recursive: true });
    expect(await files.value[0]?.write(REPORT)).toEqual({
      code: 'METRICS_NOT_WRITTEN',
      message: expect.stringMatching(/^The metrics could not be written to .*m\.prom: /),
      hint: expect.stringContaining('node-prep history 01J0'),
    });
    files.value[0]?.discard();
    expect(readdirSync(folder)).toEqual(['m.prom']);
  });
});

test('standard input is no place for a report', async () => {
  // Where it is open for writing, as on a terminal, it is refused all the same.
  expect(await refusal('/dev/stdin')).toMatch(/it is standard input|no descriptor of that number is open/);
});
