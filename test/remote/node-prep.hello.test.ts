import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { leftOut } from '../support/skipped.ts';
import { createPlace, launchAgent, MISSING, SCRIPT, SHELLS, startAgent, until, whereIs } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const root = process.getuid?.() === 0;
const linux = process.platform === 'linux';

// Their tests are made from what is installed: this one fails under CI for those that are not.
test.skipIf(MISSING.some(leftOut))(
  'every shell that an agent may have as /bin/sh is here to be tested',
  () => {
    expect(MISSING).toEqual([]);
  },
);

describe.concurrent.each(SHELLS)('the remote script under $name', (shell) => {
  test('says who it is and where it works, and leaves nothing behind', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, shell });
    expect(agent.hello.verb).toBe('hello');
    expect(Object.fromEntries(agent.hello.fields)).toMatchObject({
      user: String(process.getuid?.()),
      missing: 'none',
    });
    const work = agent.hello.fields.get('work') ?? '';
    expect(lstatSync(work).mode & 0o777).toBe(0o700);
    expect(await agent.finish()).toBe(0);
    expect(existsSync(work)).toBe(false);
    expect(agent.stderr()).toBe('');
    place.remove();
  });

  test('ends at a verb that it does not know, and at nonsense', async () => {
    const place = createPlace();
    for (const nonsense of ['\n', '$(touch evil) 1\n']) {
      const agent = await startAgent({ place, shell });
      agent.sendText(nonsense);
      expect([nonsense, await agent.finish()]).toEqual([nonsense, 1]);
    }
    expect(existsSync(join(place.folder, 'evil'))).toBe(false);
    place.remove();
  });

  test('works with nothing in its environment but PATH', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, shell, env: { HOME: undefined as unknown as string } });
    expect(await agent.finish()).toBe(0);
    place.remove();
  });

  test('ends by itself after its time, even in the middle of a verb', async () => {
    const place = createPlace();
    place.stub('docker', 'sleep 100');
    const idle = await startAgent({ place, shell, life: 1 });
    const busy = await startAgent({ place, shell, life: 1 });
    busy.send({ verb: 'docker', seconds: 60, asks: 'client' });
    expect(await Promise.all([idle.gone(), busy.gone()])).toEqual([1, 1]);
    place.remove();
  });
});

describe.concurrent('the remote script', () => {
  test('is plain ASCII, and begins as the command line wants it', () => {
    expect(SCRIPT).toMatch(/^: node-prep\n[\t\n -~]+$/);
  });

  test('names what the agent lacks, and then does nothing', async () => {
    const place = createPlace();
    const agent = launchAgent({
      place,
      edit: (script) => script.replace(' tail tr;', ' tail no-such-tool tr;'),
    });
    agent.send({ verb: 'docker', seconds: 20, asks: 'client' });
    const hello = await agent.answer();
    expect(hello.fields.get('missing')).toBe(',no-such-tool');
    expect(hello.fields.get('work')).toBe('none');
    expect(await agent.finish()).toBe(1);
    place.remove();
  });

  test('is not evaluated when a profile ate its beginning, nor when it is cut short', async () => {
    const place = createPlace();
    const eaten = launchAgent({ place, edit: (script) => script.slice(100) });
    eaten.end();
    expect(await eaten.gone()).toBe(0);
    const cut = launchAgent({ place, length: SCRIPT.length + 100 });
    expect(await cut.finish()).toBe(1);
    place.remove();
  });

  test.skipIf(!root)('works as a user who is not root', async () => {
    const place = createPlace();
    chmodSync(place.folder, 0o777);
    const agent = await startAgent({ place, id: 65_534 });
    expect(agent.hello.fields.get('user')).toBe('65534');
    expect(agent.hello.fields.get('work')).toMatch(/^\/(dev\/shm|tmp|var\/tmp|run)\//);
    expect(await agent.finish()).toBe(0);
    place.remove();
  });

  test.skipIf(!linux)('clears away what a killed one left, and nothing else', async ({ onTestFinished }) => {
    const place = createPlace();
    const made: string[] = [];
    onTestFinished(() => {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    });
    const probe = await startAgent({ place });
    const base = join(probe.hello.fields.get('work') ?? '', '..');
    const owner = () => readFileSync(join(probe.hello.fields.get('work') ?? '', 'owner'), 'utf8');
    await until(() => !owner().endsWith('\n-\n'));
    const [main = '', watcher] = owner().split('\n');
    const [, birth, boot, space] = main.split(' ');
    const mark = `test${process.pid}`;
    const folder = (name: string, text: string | null) => {
      const path = join(base, `node-prep.${name}.${mark}`);
      made.push(path);
      mkdirSync(path);
      if (text !== null) writeFileSync(join(path, 'owner'), `${text}\n`);
      return path;
    };
    const dead = 4_194_305;
    const gone = [
      folder('dead', `${dead} ${birth} ${boot} ${space}\n-`),
      folder('reused', `${process.pid} 1 ${boot} ${space}\n${dead} 1 ${boot} ${space}`),
      folder('rebooted', `${process.pid} ${birth} another-boot ${space}\n-`),
    ];
    const kept = [
      folder('live', main),
      folder('watched', `${dead} ${birth} ${boot} ${space}\n${watcher}`),
      folder('container', `${dead} ${birth} ${boot} 123456789\n-`),
      folder('unknown', `${dead} - - -\n-`),
      folder('unsigned', null),
      folder('nonsense', '; touch evil'),
    ];
    const link = join(base, `node-prep.link.${mark}`);
    made.push(link);
    symlinkSync(kept[2] ?? '', link);
    const agent = await startAgent({ place });
    await agent.finish();
    expect(gone.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    await probe.finish();
    place.remove();
  });

  test.skipIf(!root || !linux)('does not touch a left folder of another user', async () => {
    const place = createPlace();
    const probe = await startAgent({ place });
    const base = join(probe.hello.fields.get('work') ?? '', '..');
    const path = join(base, `node-prep.foreign.test${process.pid}`);
    mkdirSync(path);
    writeFileSync(join(path, 'owner'), '4194305 1 another-boot 1\n-\n');
    chownSync(path, 65_534, 65_534);
    await (await startAgent({ place })).finish();
    expect(existsSync(path)).toBe(true);
    rmSync(path, { recursive: true });
    await probe.finish();
    place.remove();
  });
});

describe.concurrent('through the login shell of an agent', () => {
  const logins = [
    ['bash', ['bash', '-c']],
    ['dash', ['dash', '-c']],
    ['fish', ['fish', '-c']],
    ['tcsh', ['tcsh', '-c']],
    ['busybox', ['busybox', 'sh', '-c']],
    ['zsh', ['zsh', '-c']],
  ] as const;
  for (const [name, login] of logins) {
    test.skipIf(leftOut(name))(`${name} starts it, and every byte comes through`, async () => {
      expect(whereIs(name), `${name} is not installed`).not.toBeNull();
      const place = createPlace();
      const agent = await startAgent({ place, login });
      const path = join(place.folder, 'it\'s "$HOME" `x` \\ пароль %s');
      const look = await agent.ask({ verb: 'look', path, limit: 10 });
      expect(look.fields.get('kind')).toBe('absent');
      writeFileSync(path, 'here');
      const again = await agent.ask({ verb: 'look', path, limit: 10 });
      expect(Buffer.from(again.texts.get('bytes') ?? []).toString()).toBe('here');
      expect(await agent.finish()).toBe(0);
      place.remove();
    });
  }

  test.skipIf(leftOut('bash'))('what a profile prints is noise, wherever its last line ends', async () => {
    const place = createPlace();
    // bash reads .bashrc where its standard input is a socket, as rshd and sshd give it one.
    writeFileSync(join(place.folder, '.bashrc'), 'echo "Welcome!"; printf "no line break"; echo oops >&2');
    const agent = await startAgent({ place, login: ['bash', '-c'] });
    expect(agent.noise()).toBe('Welcome!\nno line break\n');
    expect(await agent.finish()).toBe(0);
    place.remove();
  });

  test.skipIf(!root || leftOut('sudo'))('sudo starts it as root', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, become: 'sudo' });
    expect(agent.hello.fields.get('user')).toBe('0');
    expect(await agent.finish()).toBe(0);
    place.remove();
  });
});
