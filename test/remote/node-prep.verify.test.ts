import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Verb, VerifyItem } from '../../src/remote/verb.ts';
import { createPlace, SHELLS, startAgent, until, whereIs } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const linux = process.platform === 'linux';

const verify = (...checks: readonly (Partial<VerifyItem> & { command: string })[]): Verb => ({
  verb: 'verify',
  checks: checks.map((check) => ({ seconds: 20, control: null, names: null, words: [], ...check })),
});

/** A process of that name: a link to sleep, for a process is called by the name that it was started by. */
function run(folder: string, name: string): ChildProcess {
  symlinkSync(whereIs('sleep') ?? '', join(folder, name));
  return spawn(join(folder, name), ['100']);
}

describe.concurrent.each(SHELLS)('verify under $name', (shell) => {
  test('each command as it is written, side by side, with its code, its words and what it prints', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, shell });
    const answer = await agent.ask(
      verify(
        { command: 'exit 0', words: ['exit', '/bin/sh', 'no-such-word', './neither'] },
        { command: 'printf "out "; echo "err ß" >&2; exit 3', words: ['printf'] },
        { command: 'read -r line; echo "$? <$line>"; exit 7' },
        { command: 'test "$(umask)" && printf "%s|" a\\\\b "*" \'$HOME\' 1>&2\nfalse # two lines' },
        { command: 'kill -9 $$' },
        { command: 'no-such-command' },
        { command: 'echo *; exit 1' },
      ),
    );
    const told = answer.checks
      .toSorted((a, b) => a.index - b.index)
      .map(({ exitCode, output, missing }) => [exitCode, Buffer.from(output).toString(), missing.join()]);
    expect(told.slice(0, 5)).toEqual([
      [0, '', 'no-such-word,./neither'],
      [3, 'out err ß\n', ''],
      [7, '1 <>\n', ''],
      [1, 'a\\b|*|$HOME|', ''],
      [137, '', ''],
    ]);
    expect(told[5]?.[0]).toBe(127);
    expect(told[6]).toEqual([1, 'bin\n', '']);
    expect(agent.checks).toEqual(answer.checks);
    await agent.finish();
    place.remove();
  });

  test('the control, and the truth from the process table', async () => {
    const place = createPlace();
    const name = `np-${process.pid % 10_000}-${SHELLS.indexOf(shell)}`;
    const child = run(place.folder, name);
    const agent = await startAgent({ place, shell });
    const yes = { command: 'true', control: 'true' };
    const answer = await agent.ask(
      verify(
        { ...yes, names: name },
        { ...yes, names: `(nothing|${name})` },
        { ...yes, names: 'np-not-there' },
        { ...yes, names: name.slice(0, -1) },
        { command: 'true', control: 'false', names: 'np-not-there' },
        { command: 'false', control: 'true', names: name },
        { command: 'true', control: null, names: name },
        { command: 'true', control: 'exit 5' },
      ),
    );
    const told = answer.checks.toSorted((a, b) => a.index - b.index);
    expect(told.map(({ controlCode, alive }) => [controlCode, alive])).toEqual([
      [0, 'yes'],
      [0, 'yes'],
      [0, 'no'],
      [0, 'no'],
      [1, null],
      [null, null],
      [null, 'yes'],
      [5, null],
    ]);
    child.kill('SIGKILL');
    await agent.finish();
    place.remove();
  });

  test('a command over its time is stopped with all that it started; a flood fills nothing up', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, shell });
    const answer = await agent.ask(
      verify(
        { command: 'trap "" TERM; (sleep 101 & sleep 102) & sleep 103; echo never', seconds: 1 },
        { command: 'while :; do echo "a flood of words"; done', seconds: 1 },
        { command: 'sleep 104 & echo quick; exit 4', seconds: 9 },
        { command: 'true', control: 'sleep 105', seconds: 1, names: 'np-not-there' },
      ),
    );
    const told = answer.checks.toSorted((a, b) => a.index - b.index);
    expect(told.map(({ timedOut, controlCode }) => [timedOut, controlCode])).toEqual([
      [true, null],
      [true, null],
      [false, null],
      [false, 'timed-out'],
    ]);
    expect(told[3]?.alive).toBe('no');
    expect(told[2]?.exitCode).toBe(4);
    expect(Buffer.from(told[1]?.output ?? []).toString()).toMatch(/^[a-z \n]{590,600}$/);
    await until(() => !agent.left().some((line) => /sleep 10|flood/.test(line)));
    await agent.finish();
    place.remove();
  });
});

describe.concurrent('verify', () => {
  test('no checks at all, many checks, and twice', async () => {
    const place = createPlace();
    const agent = await startAgent({ place });
    expect((await agent.ask(verify())).checks).toEqual([]);
    const many = await agent.ask(
      verify(...Array.from({ length: 12 }, (_, at) => ({ command: `exit ${at}` }))),
    );
    expect(many.checks.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(
      many.checks.map((_, at) => at),
    );
    expect(many.checks.every(({ index, exitCode }) => index === exitCode)).toBe(true);
    expect((await agent.ask(verify({ command: 'exit 9' }))).checks[0]?.exitCode).toBe(9);
    await agent.finish();
    place.remove();
  });

  test('each check is told as soon as it is known', async () => {
    const place = createPlace();
    const agent = await startAgent({ place });
    agent.send(verify({ command: 'until [ -e go ]; do sleep 0.1; done' }, { command: 'exit 1' }));
    await until(() => agent.checks.length === 1);
    expect(agent.checks[0]?.index).toBe(1);
    writeFileSync(join(place.folder, 'go'), '');
    expect((await agent.answer()).checks.length).toBe(2);
    await agent.finish();
    place.remove();
  });

  test('a docker of the login’s is the checks’ docker: they find what the operator would find', async () => {
    const place = createPlace();
    place.stub('docker', 'echo "$DOCKER_HOST"; exit 1');
    const agent = await startAgent({ place, env: { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' } });
    const answer = await agent.ask(verify({ command: 'docker ps -a' }));
    expect(Buffer.from(answer.checks[0]?.output ?? []).toString()).toBe(
      'unix:///run/user/1000/docker.sock\n',
    );
    await agent.finish();
    place.remove();
  });

  test('what has left the command’s process group holds nothing up', async () => {
    const place = createPlace();
    const agent = await startAgent({ place });
    const away = whereIs('setsid') === null ? '' : 'setsid sh -c "sleep 4; touch survived" &';
    const answer = await agent.ask(verify({ command: `${away} exit 6`, seconds: 20 }));
    expect(answer.checks[0]?.exitCode).toBe(6);
    expect(answer.checks[0]?.timedOut).toBe(false);
    expect(existsSync(join(place.folder, 'survived'))).toBe(false);
    agent.end();
    await agent.ended;
    await until(() => agent.left().length === 0);
    place.remove();
  });

  test.skipIf(!linux)('a docker that is no daemon is none; zombies are dead', async () => {
    const place = createPlace();
    const docker = run(place.folder, 'docker');
    const zombies = spawn('sh', ['-c', `cp ${whereIs('true')} np-zombie; ./np-zombie & exec sleep 100`], {
      cwd: place.folder,
    });
    const agent = await startAgent({ place });
    const ask = async (names: string) =>
      (await agent.ask(verify({ command: 'true', control: 'true', names }))).checks[0]?.alive;
    expect(await ask('(docker)')).not.toBe('hidden');
    expect(await ask('np-zombie')).toBe('no');
    for (const child of [docker, zombies]) child.kill('SIGKILL');
    await agent.finish();
    place.remove();
  });

  test('where there is no /proc, ps answers', async () => {
    const place = createPlace();
    const table = [
      'S    /usr/sbin/launchd',
      'Ss   /Applications/My App/Contents/dockerd',
      'Z    (runner)',
      'R+   ps',
    ];
    writeFileSync(join(place.folder, 'table'), `${table.join('\n')}\n`);
    place.stub('ps', `[ "$*" = "-A -o state= -o comm=" ] && exec cat '${place.folder}/table'`);
    const edit = (script: string) => script.replaceAll('/proc/', '/no-proc/');
    const agent = await startAgent({ place, edit });
    const ask = async (names: string) =>
      (await agent.ask(verify({ command: 'true', control: 'true', names }))).checks[0]?.alive;
    expect([await ask('(docker|dockerd)'), await ask('runner'), await ask('launch')]).toEqual([
      'yes',
      'no',
      'no',
    ]);
    place.stub('ps', 'exit 1');
    expect(await ask('dockerd')).toBe('hidden');
    const again = await agent.ask({ verb: 'look', path: join(place.folder, 'table'), limit: 9 });
    expect(again.fields.get('kind')).toBe('file');
    await agent.finish();
    place.remove();
  });

  test.skipIf(!linux)(
    'in a /proc of another process table, a command is known by the shell’s number',
    async () => {
      const place = createPlace();
      const other = join(place.folder, 'stat');
      writeFileSync(other, '4194305 (sh) S 1 1 1\n');
      const edit = (script: string) => script.replaceAll('</proc/self/stat', `<'${other}'`);
      const agent = await startAgent({ place, edit });
      const answer = await agent.ask(verify({ command: 'sleep 101', seconds: 1 }, { command: 'exit 2' }));
      const told = answer.checks.toSorted((a, b) => a.index - b.index);
      expect(told.map(({ timedOut, exitCode }) => [timedOut, exitCode])).toEqual([
        [true, 137],
        [false, 2],
      ]);
      await agent.finish();
      place.remove();
    },
  );

  test('where there is no setsid, job control ends a command with what it started, if the shell can', async () => {
    const bash = SHELLS.find(({ name }) => name === 'bash');
    const place = createPlace();
    const edit = (script: string) => script.replace('command -v setsid', 'false');
    const agent = await startAgent({ place, edit, ...(bash === undefined ? {} : { shell: bash }) });
    const answer = await agent.ask(
      verify({ command: 'sleep 101 & sleep 102', seconds: 1 }, { command: 'exit 2' }),
    );
    const told = answer.checks.toSorted((a, b) => a.index - b.index);
    expect(told.map(({ timedOut, exitCode }) => [timedOut, exitCode])).toEqual([
      [true, 137],
      [false, 2],
    ]);
    if (bash !== undefined) await until(() => !agent.left().some((line) => line.includes('sleep 10')));
    agent.end();
    expect(await agent.ended).toBe(0);
    place.remove();
  });
});
