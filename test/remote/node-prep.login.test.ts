import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { createPlace, type Place, processes, SHELLS, startAgent, textOf, until } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const linux = process.platform === 'linux';

/** A docker that notes what it is given, and stores what a real one would. */
function stubDocker(place: Place, then = ''): void {
  place.stub(
    'docker',
    `[ "$1" != --version ] || { echo "Docker version 28.2.2, build e6534b4"; exit; }
printf '%s\\n' "$@" >argv
env >env
cat "$2/config.json" >seed
ls -ld "$2" "$2/config.json" | cut -c 1-10 >modes
cat >stdin
${then}
printf '{"auths":{"r.example":{"auth":"c3RvcmVk"}}}' >"$2/config.json"
echo "Login Succeeded"`,
  );
}

const login = (
  secret: string,
  more: { username?: string; server?: string; seconds?: number } = {},
): Verb => ({
  verb: 'login',
  seconds: 20,
  username: 'ci-puller',
  server: 'r.example:5000',
  secret: new Secret(secret),
  ...more,
});

/** A process may end while it is looked at. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

const noted = (place: Place, name: string) => readFileSync(join(place.folder, name), 'utf8');

describe.concurrent.each(SHELLS)('docker and login under $name', (shell) => {
  test('docker: tells where it is, and what it says of itself', async () => {
    const place = createPlace();
    stubDocker(place);
    const agent = await startAgent({ place, shell });
    const answer = await agent.ask({ verb: 'docker', seconds: 20, asks: 'client' });
    expect(textOf(answer, 'path')).toBe(join(place.folder, 'bin', 'docker'));
    expect(textOf(answer, 'output')).toBe('Docker version 28.2.2, build e6534b4\n');
    expect(Object.fromEntries(answer.fields)).toMatchObject({ code: '0', timed: 'no' });
    expect(answer.fields.get('curl')).toMatch(/^(yes|no)$/);
    await agent.finish();
    place.remove();
  });

  test('login: the secret and the user reach docker as they are, whatever they hold', async () => {
    const place = createPlace();
    stubDocker(place);
    const agent = await startAgent({ place, shell });
    const secrets = [
      'пароль 😀 ñ',
      '-n %s %b \\n \\0101 \\c \\\\ "\'`$(touch evil)`$HOME*?[a]~!#;&|<>',
      ' leading and trailing \n\n',
      String.fromCharCode(...Array.from({ length: 255 }, (_, at) => at + 1)),
    ];
    for (const secret of secrets) {
      const answer = await agent.ask(login(secret, { username: secret }));
      expect(answer.fields.get('code')).toBe('0');
      expect(noted(place, 'stdin')).toBe(secret);
      const config = noted(place, 'argv').split('\n')[1];
      expect(noted(place, 'argv')).toBe(
        ['--config', config, 'login', '--username', secret, '--password-stdin', 'r.example:5000', ''].join(
          '\n',
        ),
      );
    }
    expect(existsSync(join(place.folder, 'evil'))).toBe(false);
    await agent.finish();
    place.remove();
  });
});

describe.concurrent('login', () => {
  test('is given a private folder with an entry in it, and its own environment without docker’s', async () => {
    const place = createPlace();
    stubDocker(place);
    const env = {
      DOCKER_CONFIG: '/root/.docker',
      DOCKER_AUTH_CONFIG: '{}',
      DOCKER_HOST: 'tcp://elsewhere:2375',
      DOCKER_CONTEXT: 'elsewhere',
      HTTPS_PROXY: 'http://proxy:3128',
    };
    const agent = await startAgent({ place, env });
    const answer = await agent.ask(login('secret'));
    expect(noted(place, 'modes')).toBe('drwx------\n-rw-------\n');
    expect(JSON.parse(noted(place, 'seed'))).toEqual({ auths: { 'node-prep.invalid': {} } });
    expect(noted(place, 'env')).not.toMatch(/^DOCKER_/m);
    expect(noted(place, 'env')).toMatch(/^HTTPS_PROXY=http:\/\/proxy:3128$/m);
    expect(noted(place, 'env')).toMatch(/^LC_ALL=C$/m);
    expect(textOf(answer, 'stored')).toBe('{"auths":{"r.example":{"auth":"c3RvcmVk"}}}');
    expect(existsSync(noted(place, 'argv').split('\n')[1] ?? '')).toBe(false);
    await agent.finish();
    place.remove();
  });

  test('Docker Hub is no argument', async () => {
    const place = createPlace();
    stubDocker(place);
    const agent = await startAgent({ place });
    await agent.ask(login('secret', { server: '' }));
    expect(noted(place, 'argv')).toMatch(/login\n--username\nci-puller\n--password-stdin\n$/);
    await agent.finish();
    place.remove();
  });

  test('a refusal: its exit code and its words, and nothing stored', async () => {
    const place = createPlace();
    stubDocker(place, 'echo "Error response from daemon: unauthorized" >&2; exit 1');
    const agent = await startAgent({ place });
    const answer = await agent.ask(login('secret'));
    expect(Object.fromEntries(answer.fields)).toEqual({ code: '1', timed: 'no' });
    expect(textOf(answer, 'output')).toBe('Error response from daemon: unauthorized\n');
    expect(answer.texts.has('stored')).toBe(false);
    await agent.finish();
    place.remove();
  });

  test('a docker that hangs is stopped with all that it started, and the next verb is answered', async () => {
    const place = createPlace();
    stubDocker(place, 'trap "" TERM; sleep 100 & sleep 101');
    const agent = await startAgent({ place });
    const answer = await agent.ask(login('secret', { seconds: 1 }));
    expect(Object.fromEntries(answer.fields)).toEqual({ code: '137', timed: 'yes' });
    expect(agent.left().filter((line) => line.includes('sleep 10'))).toEqual([]);
    expect(agent.waits()).toBeGreaterThan(0);
    expect((await agent.ask({ verb: 'docker', seconds: 20, asks: 'client' })).fields.get('code')).toBe('0');
    await agent.finish();
    place.remove();
  });

  test('what docker leaves in the background ends with it', async () => {
    const place = createPlace();
    stubDocker(place, 'sleep 100 &');
    const agent = await startAgent({ place });
    expect((await agent.ask(login('secret'))).fields.get('code')).toBe('0');
    await until(() => !agent.left().some((line) => line.includes('sleep 100')));
    await agent.finish();
    place.remove();
  });

  test.skipIf(!linux)(
    'the secret is on no command line, in no environment, and in no file but docker’s',
    async () => {
      const place = createPlace();
      stubDocker(place, 'touch there; while [ ! -e go ]; do sleep 0.05; done');
      // Names that the script uses, exported by the login; and a shell that is told to trace and to export.
      const names = ['n', 'c', 's', 'line', 'taken', 'feed', 'user', 'token', 'secret', 'config', 'digits'];
      const env = {
        ...Object.fromEntries(names.map((name) => [name, 'from the login'])),
        SHELLOPTS: 'xtrace:allexport',
      };
      for (const shell of SHELLS) {
        const agent = await startAgent({ place, shell, env });
        agent.send(login('sentinel-s3cret'));
        await until(() => existsSync(join(place.folder, 'there')));
        const mark =
          readFileSync(`/proc/${agent.pid}/environ`, 'latin1').match(/node-prep-test-\w+/)?.[0] ?? '';
        const all = processes(mark).map((line) => line.split(' ')[0]);
        expect(all.length).toBeGreaterThan(3);
        for (const pid of all) {
          for (const file of ['cmdline', 'environ']) {
            expect(readIfThere(`/proc/${pid}/${file}`)).not.toContain('sentinel-s3cret');
          }
        }
        const work = agent.hello.fields.get('work') ?? '';
        for (const name of readdirSync(work)) {
          if (statSync(join(work, name)).isFile()) {
            expect(readFileSync(join(work, name), 'latin1')).not.toContain('sentinel-s3cret');
          }
        }
        writeFileSync(join(place.folder, 'go'), '');
        expect((await agent.answer()).fields.get('code')).toBe('0');
        expect(noted(place, 'stdin')).toBe('sentinel-s3cret');
        expect(noted(place, 'env')).not.toContain('sentinel-s3cret');
        expect(agent.stderr()).not.toContain('sentinel-s3cret');
        await agent.finish();
        place.remove();
        mkdirSync(join(place.folder, 'bin'), { recursive: true });
        stubDocker(place, 'touch there; while [ ! -e go ]; do sleep 0.05; done');
      }
      place.remove();
    },
  );

  test('snap’s confined docker gets a folder that it can see', async () => {
    const place = createPlace();
    stubDocker(place);
    const common = join(place.folder, 'snap', 'docker', 'common');
    mkdirSync(join(place.folder, 'snap'));
    mkdirSync(join(place.folder, 'snap', 'bin'));
    writeFileSync(join(place.folder, 'snap', 'bin', 'docker'), noted(place, 'bin/docker'), { mode: 0o755 });
    const path = `${join(place.folder, 'snap', 'bin')}:${process.env.PATH}`;
    const agent = await startAgent({ place, env: { PATH: path } });
    const answer = await agent.ask({ verb: 'docker', seconds: 20, asks: 'client' });
    expect(textOf(answer, 'output')).toMatch(/^Docker version 28/);
    expect((await agent.ask(login('secret'))).fields.get('code')).toBe('0');
    const config = noted(place, 'argv').split('\n')[1] ?? '';
    if (!existsSync('/var/snap/docker/common')) expect(config.startsWith(`${common}/`)).toBe(true);
    expect(noted(place, 'modes')).toBe('drwx------\n-rw-------\n');
    expect(existsSync(config)).toBe(false);
    await agent.finish();
    expect(readdirSync(common)).toEqual([]);
    place.remove();
  });
});

describe.concurrent('docker', () => {
  const busybox = SHELLS.find(({ only }) => only !== undefined);
  test.skipIf(busybox === undefined)('no docker: says nothing of it, but whether there is curl', async () => {
    const place = createPlace();
    const agent = await startAgent({ place, ...(busybox === undefined ? {} : { shell: busybox }) });
    const answer = await agent.ask({ verb: 'docker', seconds: 20, asks: 'client' });
    expect(Object.fromEntries(answer.fields)).toEqual({ curl: 'no' });
    expect(answer.texts.size).toBe(0);
    await agent.finish();
    place.remove();
  });

  test('one that cannot be run', async () => {
    const place = createPlace();
    place.stub('docker', 'exit 3');
    writeFileSync(join(place.folder, 'bin', 'docker'), '#!/no/such/interpreter\n');
    const agent = await startAgent({ place });
    const answer = await agent.ask({ verb: 'docker', seconds: 20, asks: 'client' });
    expect(answer.fields.get('code')).toMatch(/^12[67]$/);
    await agent.finish();
    place.remove();
  });
});

describe.concurrent.each(SHELLS)('ask under $name', (shell) => {
  test('curl gets its configuration on standard input, and no other', async () => {
    const place = createPlace();
    place.stub('curl', 'printf "%s\\n" "$@" >argv; cat >stdin; echo body; echo trouble >&2; exit 22');
    const agent = await startAgent({ place, shell });
    const config = 'url = "https://r.example/v2/"\nuser = "ci:p\\\\a\\"ß"\n';
    const answer = await agent.ask({
      verb: 'ask',
      seconds: 20,
      config: new Secret(config),
      registry: 'r.example',
    });
    expect(noted(place, 'argv')).toBe('-q\n-K\n-\n');
    expect(noted(place, 'stdin')).toBe(config);
    expect(Object.fromEntries(answer.fields)).toEqual({ code: '22', timed: 'no' });
    expect(textOf(answer, 'output')).toBe('body\ntrouble\n');
    await agent.finish();
    place.remove();
  });
});
