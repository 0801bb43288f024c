import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ARCHIVE, authsIn } from './support/archives.ts';
import { script } from './support/base.ts';
import { type Fleet, startFleet } from './support/fleet.ts';
import { describeSystem } from './support/parts.ts';
import { PASSWORD } from './support/people.ts';
import { type Places, startPlaces } from './support/places.ts';
import { withCredentialHelper, withDockerThat, withOldDocker } from './support/special.ts';
import { entryOf, newOperator, type Operator, registryEntry, sshOf } from './support/tool.ts';

const SENTINEL = 'S3NTINEL-of-the-registry';
const ROTATED = 'R0TATED-S3NTINEL';
// As it is, and as it stands in config.json, in an Authorization header, and by itself in base64 (without the
// digits at its end, which depend on what follows).
const base64 = (text: string) =>
  Buffer.from(text)
    .toString('base64')
    .replace(/.{0,3}=*$/, '');
const NEEDLES = [SENTINEL, ROTATED].flatMap((secret) => [
  secret,
  base64(`ci-puller:${secret}`),
  base64(secret),
]);
const SLOW = 'sleep 0.2; exec /usr/bin/docker "$@"';

describeSystem('no secret is seen on either side, but in the archive', () => {
  let fleet: Fleet;
  let places: Places;
  let operator: Operator;
  const said: string[] = [];
  let watched: {
    readonly sweeps: number;
    readonly programs: readonly string[];
    readonly found: readonly string[];
  };

  beforeAll(async () => {
    fleet = await startFleet({
      agents: {
        'plain-1': {},
        'plain-2': {},
        // Slow enough to be seen by whoever looks at processes.
        'slow-docker': withDockerThat('login', SLOW),
        'slow-sudo': { files: { '/usr/local/bin/docker': script(SLOW) } },
        helper: withCredentialHelper,
        'old-docker': withOldDocker,
        // Docker that tells everybody what it was told: the worst that an agent can do with a secret.
        'tells-plain': withDockerThat('login', 'cat; echo; cat /proc/$$/environ; exit 125'),
        'tells-coded': withDockerThat('login', 'base64 -w0; exit 125'),
        'tells-in-auth': withDockerThat('login', '{ printf "ci-puller:"; cat; } | base64 -w0; exit 125'),
        'tells-in-check': {
          files: {
            '/usr/local/bin/docker': script(`case " $* " in
*" login "*) tee /var/tmp/kept | /usr/bin/docker "$@" ;;
*" ps "*) cat /var/tmp/kept; exit 1 ;;
*) exec /usr/bin/docker "$@" ;;
esac`),
          },
        },
        'no-docker': { setup: 'rm /usr/bin/docker' },
        // A sudo that tells everybody what it was told.
        'tells-sudo': {
          files: {
            '/usr/local/bin/sudo': script(
              'printf "$3" >&2; read -r said; echo "$said" >&2; echo "$said"; echo "$said" | base64 >&2; exit 1',
            ),
          },
        },
      },
    });
    places = await startPlaces(fleet.enclave, SENTINEL);
    operator = newOperator(fleet);
    const users: Readonly<Record<string, string>> = { 'slow-sudo': 'ops', 'plain-2': 'fishy' };
    const agents = fleet.agents.map((agent) =>
      entryOf(agent, { ssh: { user: users[agent.name] ?? 'root' } }),
    );
    const registries = { [places.registry.name]: registryEntry(), [places.tls.name]: registryEntry() };
    const inventory = operator.inventory({ registries, ssh: sshOf(fleet), agents });
    const single = {
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, { user: 'ops', identityFiles: [], password: { env: 'SSH_PASSWORD' } }),
    };
    const byPassword = operator.inventory({ ...single, agents: [entryOf(fleet.agent('plain-1'))] });

    const asked = {
      registries: { [places.registry.name]: registryEntry() },
      ssh: sshOf(fleet, { user: 'pwsudo' }),
      become: { password: { env: 'SUDO_PASSWORD' } },
    };
    const bySudo = operator.inventory({ ...asked, agents: [entryOf(fleet.agent('slow-docker'))] });
    const told = operator.inventory({ ...asked, agents: [entryOf(fleet.agent('tells-sudo'))] });

    const watch = await startWatch();
    const report = join(operator.folder, 'report.json');
    const runs: readonly (readonly string[])[] = [
      ['run', inventory, '-o', 'json', '--report', report],
      ['run', inventory, '-o', 'ndjson', '--verbose', '-x', 'slow-*'],
      ['run', inventory, '-o', 'junit', '-l', 'tells-*'],
      ['run', inventory, '--dry-run', '-l', 'plain-*'],
      ['run', byPassword, '-o', 'json', '--drop-other-registries'],
      ['run', bySudo, '-o', 'json', '--drop-other-registries'],
      ['run', told, '-o', 'ndjson', '-v'],
    ];
    const secrets = { REGISTRY_PASSWORD: SENTINEL, SSH_PASSWORD: PASSWORD, SUDO_PASSWORD: PASSWORD };
    for (const args of runs) said.push(JSON.stringify(await operator.run(args, secrets)));
    await places.registry.setUsers({ 'ci-puller': ROTATED });
    const last = await operator.run(['run', byPassword, '-o', 'json', '-v'], {
      REGISTRY_PASSWORD: ROTATED,
      SSH_PASSWORD: PASSWORD,
    });
    said.push(JSON.stringify(last), readFileSync(report, 'utf8'), (await operator.run(['history'])).stdout);
    watched = await watch.end();
    // What its docker kept, not the tool.
    await fleet.agent('tells-in-check').run('rm /var/tmp/kept');
  });
  afterAll(() => fleet?.close());

  test('the watch saw the work: docker, sudo, the shells and the tool itself', () => {
    expect(watched.sweeps).toBeGreaterThan(50);
    const seen = watched.programs.map((program) => program.replace(/^.*\//, ''));
    expect(seen).toEqual(expect.arrayContaining(['docker', 'sudo', 'sh', 'sshd:']));
  });

  test('in no argument list and no environment of any process, but for the variables that the operator named', () => {
    const own = /^environ of \d+ \(.*node-prep\.js .*\): (REGISTRY|SSH|SUDO)_PASSWORD=/;
    expect(watched.found.filter((line) => !own.test(line))).toEqual([]);
    expect(watched.found.some((line) => own.test(line))).toBe(true);
  });

  test('in the archive, and in the previous one', () => {
    expect(JSON.stringify(authsIn(fleet.agent('plain-1').read(ARCHIVE)))).toContain(
      base64(`ci-puller:${ROTATED}`),
    );
    expect(JSON.stringify(authsIn(fleet.agent('plain-1').read(`${ARCHIVE}.previous`)))).toContain(
      base64(`ci-puller:${SENTINEL}`),
    );
  });

  test('in no other file of any agent, nor its logs', () => {
    for (const agent of fleet.agents) {
      const found = agent.folders
        .flatMap(filesWith)
        .filter((path) => !/\/etc\/docker\.tar\.gz(\.previous)?$/.test(path));
      expect(found, agent.name).toEqual([]);
      for (const needle of NEEDLES) expect(agent.log()).not.toContain(needle);
    }
  });

  test('in no file of the operator: state, reports, inventories', () => {
    expect(filesWith(operator.folder)).toEqual([]);
    expect(readdirSync(join(operator.state, 'node-prep')).length).toBeGreaterThan(0);
  });

  test('in nothing that the tool said, though agents told it to', () => {
    for (const text of said) for (const needle of [...NEEDLES, PASSWORD]) expect(text).not.toContain(needle);
    for (const name of ['tells-plain', 'tells-coded', 'tells-in-auth']) expect(said[0]).toContain(name);
    const [bySudo, told] = said.slice(5, 7).map((text) => JSON.parse(text).stdout);
    expect(JSON.parse(bySudo)).toMatchObject({ totals: { ok: 1 } });
    expect(told).toMatch(/"code":"BECOME_REFUSED".*"detail":"\[secret\]/);
  });
});

function filesWith(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const text = readFileSync(path, 'latin1');
      return [...NEEDLES, PASSWORD].some((needle) => text.includes(needle));
    });
}

async function startWatch() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/watch.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.startsWith('ready\n')) resolve();
    });
  });
  child.stdin.write(`${JSON.stringify({ needles: [...NEEDLES, PASSWORD] })}\n`);
  await ready;
  return {
    async end() {
      child.stdin.end();
      await ended;
      return JSON.parse(text.slice('ready\n'.length));
    },
  };
}
