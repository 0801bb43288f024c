import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../src/remote/answer.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { type Agent, createPlace, type Place, SHELLS, startAgent, textOf, whereIs } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const linux = process.platform === 'linux';
const { username } = userInfo();
const group = spawnSync('id', ['-gn'], { encoding: 'utf8' }).stdout.trim();

const OLD = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256);
const NEW = Uint8Array.from({ length: 255 }, (_, at) => 255 - at);

interface Site {
  readonly place: Place;
  readonly folder: string;
  readonly path: string;
  readonly previous: string;
}

/** A folder for the archive, and nothing in it; its name is not an easy one. */
function createSite(): Site {
  const place = createPlace();
  const folder = join(place.folder, 'e t[c] *');
  mkdirSync(folder);
  const path = join(folder, 'docker.tar.gz');
  return { place, folder, path, previous: `${path}.previous` };
}

function put(file: string, bytes: Uint8Array, mode = 0o600): void {
  writeFileSync(file, bytes);
  chmodSync(file, mode);
}

const look = (path: string, limit = 65_536): Verb => ({ verb: 'look', path, limit });

const install = (
  path: string,
  expected: string,
  more: Partial<Extract<Verb, { verb: 'install' }>> = {},
): Verb => ({
  verb: 'install',
  mode: 0o600,
  owner: username,
  group,
  path,
  expected,
  holder: 'operator@there, run 42',
  archive: NEW,
  ...more,
});

const bytesOf = (answer: Answer) => [...(answer.texts.get('bytes') ?? [])];
const read = (file: string) => [...readFileSync(file)];
const modeOf = (file: string) => (lstatSync(file).mode & 0o7777).toString(8);

async function lookAndInstall(agent: Agent, path: string, more = {}): Promise<Answer> {
  const sum = (await agent.ask(look(path))).fields.get('sum') ?? '';
  return agent.ask(install(path, sum, more));
}

describe.concurrent.each(SHELLS)('look under $name', (shell) => {
  test('tells nothing, a file, a link, a folder, a pipe, no folder, and what is too big', async () => {
    const { place, folder, path } = createSite();
    const agent = await startAgent({ place, shell });
    const kind = async (name: string, limit?: number) => {
      const answer = await agent.ask(look(join(folder, name), limit));
      const { kind, size, mode } = Object.fromEntries(answer.fields);
      return { kind, size, mode, bytes: answer.texts.has('bytes') };
    };
    expect(await kind('nothing')).toEqual({ kind: 'absent', size: '0', mode: undefined, bytes: false });
    expect(await kind('no/folder')).toMatchObject({ kind: 'nowhere', bytes: false });
    put(path, OLD, 0o640);
    expect(await kind('docker.tar.gz')).toEqual({
      kind: 'file',
      size: '300',
      mode: '-rw-r-----',
      bytes: true,
    });
    expect(await kind('docker.tar.gz', 299)).toMatchObject({ kind: 'file', size: '300', bytes: false });
    symlinkSync(path, join(folder, 'link'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    for (const link of ['link', 'dangling'])
      expect(await kind(link)).toMatchObject({ kind: 'link', bytes: false });
    mkdirSync(join(folder, 'folder'), { mode: 0o755 });
    expect(await kind('folder')).toEqual({ kind: 'folder', size: '0', mode: 'drwxr-xr-x', bytes: false });
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    expect(await kind('pipe')).toMatchObject({ kind: 'other', bytes: false });
    writeFileSync(join(folder, 'big'), Buffer.alloc(2_000_000));
    expect((await agent.ask(look(join(folder, 'big')))).fields.get('sum')).toBe('large:2000000');

    const answer = await agent.ask(look(path));
    expect(bytesOf(answer)).toEqual([...OLD]);
    expect(Object.fromEntries(answer.fields)).toMatchObject({
      owner: username,
      group,
      uid: String(process.getuid?.()),
      gid: String(process.getgid?.()),
    });
    const before = answer.fields.get('sum');
    put(path, NEW);
    expect((await agent.ask(look(path))).fields.get('sum')).not.toBe(before);
    await agent.finish();
    place.remove();
  });
});

describe.concurrent.each(SHELLS)('install under $name', (shell) => {
  test('the first, the same again, another one: each whole, with owner and mode, the last kept', async () => {
    const { place, folder, path, previous } = createSite();
    const agent = await startAgent({ place, shell });

    const first = await lookAndInstall(agent, path);
    expect(Object.fromEntries(first.fields)).toEqual({ result: 'changed', kind: 'file', fits: 'yes' });
    expect(bytesOf(first)).toEqual([...NEW]);
    expect([read(path), modeOf(path), readdirSync(folder)]).toEqual([[...NEW], '600', ['docker.tar.gz']]);

    utimesSync(path, 1_000, 1_000);
    const before = statSync(path);
    const again = await lookAndInstall(agent, path);
    expect(Object.fromEntries(again.fields)).toEqual({ result: 'unchanged', kind: 'file', fits: 'yes' });
    expect(bytesOf(again)).toEqual([...NEW]);
    const { ino, mtimeMs, ctimeMs } = statSync(path);
    expect([ino, mtimeMs, ctimeMs]).toEqual([before.ino, before.mtimeMs, before.ctimeMs]);
    expect(readdirSync(folder)).toEqual(['docker.tar.gz']);

    const other = await lookAndInstall(agent, path, { archive: OLD, mode: 0o640 });
    expect(other.fields.get('result')).toBe('changed');
    expect([read(path), modeOf(path)]).toEqual([[...OLD], '640']);
    expect([read(previous), modeOf(previous)]).toEqual([[...NEW], '640']);

    const modeOnly = await lookAndInstall(agent, path, { archive: OLD, mode: 0o400 });
    expect(Object.fromEntries(modeOnly.fields)).toEqual({ result: 'changed', kind: 'file', fits: 'yes' });
    expect([read(path), modeOf(path), read(previous)]).toEqual([[...OLD], '400', [...NEW]]);

    const back = await lookAndInstall(agent, path, { mode: 0o400 });
    expect(back.fields.get('result')).toBe('changed');
    expect([read(path), read(previous), modeOf(previous)]).toEqual([[...NEW], [...OLD], '400']);
    expect(readdirSync(folder).sort()).toEqual(['docker.tar.gz', 'docker.tar.gz.previous']);
    expect(await agent.finish()).toBe(0);
    place.remove();
  });

  test('never through a link, onto a folder or what else there is; never without a folder', async () => {
    const { place, folder, path, previous } = createSite();
    const agent = await startAgent({ place, shell });
    const victim = join(place.folder, 'victim');
    put(victim, OLD);
    const cases: [string, (at: string) => void, RegExp][] = [
      ['a link', (at) => symlinkSync(victim, at), /is a symbolic link\n$/],
      ['a link to a folder', (at) => symlinkSync(place.folder, at), /is a symbolic link\n$/],
      ['a dangling link', (at) => symlinkSync(join(place.folder, 'new'), at), /is a symbolic link\n$/],
      ['a folder', (at) => mkdirSync(at), /is not a plain file\n$/],
      ['a pipe', (at) => void spawnSync('mkfifo', [at]), /is not a plain file\n$/],
    ];
    for (const [name, make, words] of shell === SHELLS[0] ? cases : cases.slice(1, 2)) {
      for (const at of [path, previous]) {
        make(at);
        const { ino } = lstatSync(at);
        const answer = await agent.ask(install(path, 'absent'));
        expect([name, answer.fields.get('result')]).toEqual([name, 'path']);
        expect(textOf(answer, 'trouble')).toMatch(words);
        expect(textOf(answer, 'trouble').startsWith(at)).toBe(true);
        expect([lstatSync(at).ino, readdirSync(folder).length]).toEqual([ino, 1]);
        spawnSync('rm', ['-r', at]);
      }
    }
    expect([read(victim), existsSync(join(place.folder, 'new'))]).toEqual([[...OLD], false]);
    const nowhere = await agent.ask(install(join(folder, 'no', 'docker.tar.gz'), 'absent'));
    expect([nowhere.fields.get('result'), nowhere.fields.get('kind')]).toEqual(['path', 'nowhere']);
    const inFolder = await agent.ask(install(`${folder}/`, 'absent'));
    expect(inFolder.fields.get('result')).toBe('path');
    await agent.finish();
    place.remove();
  });

  test('a lock of a dead one is taken over, that of a live one is waited for, and then told', async () => {
    const { place, folder, path } = createSite();
    const agent = await startAgent({ place, shell });
    // The lock of an install at work, read while it is at work.
    place.stub('dd', `cp -P '${path}.lock' '${place.folder}/lock'; exec ${whereIs('dd')} "$@"`);
    expect((await agent.ask(install(path, 'absent'))).fields.get('result')).toBe('changed');
    const [word, pid, birth, boot, space, ...holder] = readlinkSync(join(place.folder, 'lock')).split(' ');
    expect([word, pid, holder.join(' ')]).toEqual(['node-prep', String(agent.pid), 'operator@there, run 42']);
    const dead = '4194305';
    const locks: [string, string][] = [
      ['dead', `node-prep ${dead} ${birth} ${boot} ${space} x`],
      ...(linux
        ? ([
            ['its number is another’s by now', `node-prep ${process.pid} 1 ${boot} ${space} x`],
            ['from before the last boot', `node-prep ${process.pid} ${birth} another ${space} x`],
          ] as [string, string][])
        : []),
    ];
    for (const [name, text] of locks) {
      symlinkSync(text, `${path}.lock`);
      put(join(folder, '.docker.tar.gz.node-prep.AbCdEf'), OLD);
      const answer = await lookAndInstall(agent, path, {
        archive: name === 'dead' ? NEW : Uint8Array.of(name.length),
      });
      expect([name, answer.fields.get('result')]).toEqual([name, name === 'dead' ? 'unchanged' : 'changed']);
      expect(readdirSync(folder).filter((file) => file !== 'docker.tar.gz.previous')).toEqual([
        'docker.tar.gz',
      ]);
    }
    symlinkSync(`node-prep ${pid} ${birth} ${boot} ${space} root@elsewhere, run 7`, `${path}.lock`);
    // Five seconds of waiting: once is enough.
    if (shell !== SHELLS[0]) place.stub('sleep', `exec ${whereIs('sleep')} 0.1`);
    const busy = await lookAndInstall(agent, path, { archive: OLD });
    expect(busy.fields.get('result')).toBe('busy');
    expect(textOf(busy, 'trouble')).toBe('root@elsewhere, run 7\n');
    expect(busy.fields.get('since')).toMatch(/^[A-Z][a-z]{2} +\d+ /);
    expect(agent.waits()).toBeGreaterThan(0);
    expect(lstatSync(`${path}.lock`).isSymbolicLink()).toBe(true);
    await agent.finish();
    place.remove();
  });
});

describe.concurrent('install', () => {
  test('does nothing where something else lies there than what was judged', async () => {
    const { place, folder, path } = createSite();
    const agent = await startAgent({ place });
    put(path, OLD);
    const judged = (await agent.ask(look(path))).fields.get('sum') ?? '';
    put(path, Uint8Array.of(1));
    for (const expected of [judged, 'absent']) {
      const answer = await agent.ask(install(path, expected));
      expect(Object.fromEntries(answer.fields)).toMatchObject({ result: 'moved', kind: 'file', size: '1' });
    }
    expect([read(path), readdirSync(folder)]).toEqual([[1], ['docker.tar.gz']]);
    put(path, new Uint8Array(2_000_000));
    const big = await lookAndInstall(agent, path);
    expect(big.fields.get('result')).toBe('changed');
    await agent.finish();
    place.remove();
  });

  test('a lock file of somebody else’s, or a folder of that name, is left alone', async () => {
    const { place, folder, path } = createSite();
    const agent = await startAgent({ place });
    for (const make of [() => put(`${path}.lock`, OLD), () => mkdirSync(`${path}.lock`)]) {
      make();
      const answer = await agent.ask(install(path, 'absent'));
      expect([answer.fields.get('result'), textOf(answer, 'trouble')]).toEqual([
        'path',
        `${path}.lock is no lock of node-prep\n`,
      ]);
      expect(readdirSync(folder)).toEqual(['docker.tar.gz.lock']);
      spawnSync('rm', ['-r', `${path}.lock`]);
    }
    await agent.finish();
    place.remove();
  });

  test('a previous archive that is the same file already is no hindrance', async () => {
    const { place, folder, path, previous } = createSite();
    const agent = await startAgent({ place });
    put(path, OLD);
    linkSync(path, previous);
    expect((await lookAndInstall(agent, path)).fields.get('result')).toBe('changed');
    expect([read(path), read(previous)]).toEqual([[...NEW], [...OLD]]);
    expect(readdirSync(folder).sort()).toEqual(['docker.tar.gz', 'docker.tar.gz.previous']);
    await agent.finish();
    place.remove();
  });

  test('an owner that does not exist', async () => {
    const { place, folder, path } = createSite();
    const agent = await startAgent({ place });
    put(path, OLD);
    const answer = await lookAndInstall(agent, path, { owner: 'no-such-user' });
    expect(answer.fields.get('result')).toBe('owner');
    expect(textOf(answer, 'trouble')).toMatch(/no-such-user/);
    expect([read(path), readdirSync(folder)]).toEqual([[...OLD], ['docker.tar.gz']]);
    await agent.finish();
    place.remove();
  });

  test.skipIf(!root)('owner and group, by name or by number', async () => {
    const { place, path, previous } = createSite();
    const agent = await startAgent({ place });
    put(path, OLD);
    const other = spawnSync('id', ['-nu', '65534'], { encoding: 'utf8' }).stdout.trim();
    expect(
      (await lookAndInstall(agent, path, { owner: other, group: '65534', mode: 0o640 })).fields.get('fits'),
    ).toBe('yes');
    for (const file of [path, previous]) {
      expect([statSync(file).uid, statSync(file).gid, modeOf(file)]).toEqual([65_534, 65_534, '640']);
    }
    expect(
      (await lookAndInstall(agent, path, { owner: '65534', group: '65534', mode: 0o640 })).fields.get(
        'result',
      ),
    ).toBe('unchanged');
    chownSync(path, 0, 65_534);
    expect(
      (await lookAndInstall(agent, path, { owner: '65534', group: '65534', mode: 0o640 })).fields.get(
        'result',
      ),
    ).toBe('changed');
    await agent.finish();
    place.remove();
  });

  test('a group whose name has blanks, as Active Directory’s', async () => {
    const { place, path } = createSite();
    place.stub(
      'ls',
      `case $1 in -ld) echo "-rw-r----- 1 jo domain users 300 Nov 24 23:09 $2";; *) exec ${whereIs('ls')} "$@";; esac`,
    );
    const agent = await startAgent({ place });
    put(path, OLD);
    const { owner, group, size } = Object.fromEntries((await agent.ask(look(path))).fields);
    expect({ owner, group, size }).toEqual({ owner: 'jo', group: 'domain users', size: '300' });
    await agent.finish();
    place.remove();
  });

  test.skipIf(!root)('as a user who is not root: a folder and a file that it may not touch', async () => {
    const { place, folder, path } = createSite();
    for (const at of [place.folder, folder]) chmodSync(at, 0o755);
    put(path, OLD);
    const agent = await startAgent({ place, id: 65_534 });
    const seen = await agent.ask(look(path));
    expect([seen.fields.get('sum'), seen.texts.has('bytes')]).toEqual(['unreadable', false]);
    const answer = await agent.ask(install(path, 'unreadable', { owner: '65534', group: '65534' }));
    expect(answer.fields.get('result')).toBe('write');
    expect(textOf(answer, 'trouble')).toMatch(/Permission denied/);
    expect([read(path), readdirSync(folder)]).toEqual([[...OLD], ['docker.tar.gz']]);
    await agent.finish();
    place.remove();
  });

  const mounts = root && linux && spawnSync('unshare', ['-m', 'true']).status === 0;
  test.skipIf(!mounts)('a file system that is full, or read-only: told so, and nothing is lost', async () => {
    for (const [options, words] of [
      ['size=8k', /No space left on device/],
      ['size=64k,ro', /Read-only file system/],
    ] as const) {
      const { place, folder, path } = createSite();
      const fill = options.includes('ro')
        ? `mount -o remount,ro "$1"`
        : `dd if=/dev/zero of="$1/full" 2>/dev/null || :`;
      const prepare = `mount -t tmpfs -o size=64k x "$1" && printf old >"$1/docker.tar.gz" && mount -o remount,${options.replace(',ro', '')} "$1"; ${fill}`;
      const login = ['unshare', '-m', 'sh', '-c', `f='${folder}'; set -- "$f"; ${prepare}; eval "$0"`];
      const agent = await startAgent({ place, login });
      const answer = await lookAndInstall(agent, path);
      expect([options, answer.fields.get('result'), textOf(answer, 'trouble')]).toEqual([
        options,
        'write',
        expect.stringMatching(words),
      ]);
      expect(Buffer.from((await agent.ask(look(path))).texts.get('bytes') ?? []).toString()).toBe('old');
      const room = await agent.ask({
        verb: 'verify',
        checks: [
          { seconds: 9, command: `ls -A '${folder}' >&2; exit 9`, control: null, names: null, words: [] },
        ],
      });
      expect(
        Buffer.from(room.checks[0]?.output ?? [])
          .toString()
          .replace('full\n', ''),
      ).toBe('docker.tar.gz\n');
      await agent.finish();
      place.remove();
    }
  });

  test('two at once put the same there once, and both are content', async () => {
    const { place, folder, path } = createSite();
    const agents = await Promise.all([startAgent({ place }), startAgent({ place })]);
    const answers = await Promise.all(agents.map((agent) => agent.ask(install(path, 'absent'))));
    expect(answers.map(({ fields }) => fields.get('result')).sort()).toEqual(['changed', 'unchanged']);
    expect([read(path), readdirSync(folder)]).toEqual([[...NEW], ['docker.tar.gz']]);
    await Promise.all(agents.map((agent) => agent.finish()));
    place.remove();
  });

  // kill -9 just before each change that an install makes, in turn: the archive is whole, and the next run mends all.
  test.each([
    ['with a new mode', 0o600, ['ln', 'dd', 'mv', 'dd', 'mv', 'rm']],
    ['as it was', 0o640, ['ln', 'ln', 'mv', 'dd', 'mv', 'rm']],
  ] as const)('killed in the middle, %s: whole, and mended by the next run', async (_, oldMode, changes) => {
    const healthy = createPlace();
    const next = await startAgent({ place: healthy });
    await Promise.all(
      changes.map(async (change, at) => {
        const { place, folder, path, previous } = createSite();
        put(path, OLD, oldMode);
        const agent = await startAgent({ place });
        const sum = (await agent.ask(look(path))).fields.get('sum') ?? '';
        for (const tool of new Set(changes)) {
          const kill = `[ "$(wc -l <'${place.folder}/log')" -ne ${at + 1} ] || { kill -9 ${agent.pid}; exit; }`;
          place.stub(tool, `echo ${tool} >>'${place.folder}/log'; ${kill}; exec ${whereIs(tool)} "$@"`);
        }
        agent.send(install(path, sum, { mode: 0o640 }));
        expect([change, await agent.gone()]).toEqual([change, 'SIGKILL']);
        const log = readFileSync(join(place.folder, 'log'), 'utf8').trim().split('\n');
        expect(log.slice(0, at + 1)).toEqual(changes.slice(0, at + 1));

        expect([[...OLD].join(), [...NEW].join()]).toContain(read(path).join());
        if (existsSync(previous)) expect(read(previous)).toEqual([...OLD]);
        const judged = (await next.ask(look(path))).fields.get('sum') ?? '';
        const answer = await next.ask(install(path, judged, { mode: 0o640 }));
        expect(answer.fields.get('result')).toMatch(/^(un)?changed$/);
        expect([read(path), modeOf(path)]).toEqual([[...NEW], '640']);
        expect([read(previous), modeOf(previous)]).toEqual([[...OLD], '640']);
        expect(readdirSync(folder).sort()).toEqual(['docker.tar.gz', 'docker.tar.gz.previous']);
        place.remove();
      }),
    );
    await next.finish();
    healthy.remove();
  });

  test('the previous archive gets the mode of the inventory too, though nothing else is to be done', async () => {
    const { place, path, previous } = createSite();
    put(path, NEW);
    put(previous, OLD, 0o644);
    const agent = await startAgent({ place });
    const { ino } = statSync(path);
    expect((await lookAndInstall(agent, path)).fields.get('result')).toBe('changed');
    expect([statSync(path).ino, modeOf(previous), read(previous)]).toEqual([ino, '600', [...OLD]]);
    expect((await lookAndInstall(agent, path)).fields.get('result')).toBe('unchanged');
    await agent.finish();
    place.remove();
  });
});
