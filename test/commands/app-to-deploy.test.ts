import { describe, expect, test } from 'vitest';
import { type AppPorts, knowApp, narrowed } from '../../src/commands/app-to-deploy.ts';
import type { MarathonAnswer } from '../../src/domain/marathon.ts';
import type { CheckRequest } from '../../src/domain/request.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Inventory } from '../../src/domain/target.ts';
import { err, ok } from '../../src/lib/result.ts';
import { registry, target } from '../support/fleet-samples.ts';

const APP = {
  id: '/runner',
  container: { type: 'DOCKER', docker: { image: 'registry.example.com/runner:1' } },
  fetch: [{ uri: 'file:///etc/docker.tar.gz' }],
  constraints: [['hostname', 'LIKE', 'gpu-.*']],
  healthChecks: [{ protocol: 'COMMAND', command: { value: 'docker ps -q' }, timeoutSeconds: 7 }],
};
const TOKEN = { kind: 'env', name: 'DCOS_TOKEN' } as const;
const inventory = (token: Inventory['marathon']['token'] = null): Inventory => ({
  file: 'inv.yaml',
  registries: [registry],
  targets: [target('gpu-1'), target('web-1')],
  marathon: { token, caFile: null },
  warnings: [],
});
const FROM_FILE = { kind: 'file', path: 'app.json' } as const;
const FROM_MARATHON = { kind: 'marathon', url: new URL('https://m.example.com'), appId: '/runner' } as const;

const request = (more: Partial<CheckRequest>): CheckRequest => ({
  command: 'check',
  inventory: 'inv.yaml',
  limit: [],
  exclude: [],
  concurrency: 64,
  handshakes: 32,
  logins: 16,
  timeoutMs: 120_000,
  maxFailures: null,
  output: 'json',
  report: null,
  resume: false,
  verbose: false,
  color: false,
  app: null,
  image: null,
  pull: false,
  pullTimeoutMs: 600_000,
  taskUser: null,
  strict: false,
  prometheus: null,
  ...more,
});

function ports(app: object, answer: Partial<MarathonAnswer> = {}) {
  const shown: (string | null)[] = [];
  const found: AppPorts = {
    secrets: { read: async () => ok(new Secret('jwt')) },
    readApp: async () => ok(JSON.stringify(app)),
    async askMarathon(_, token) {
      shown.push(token?.reveal() ?? null);
      return ok({ appText: JSON.stringify(app, null, 2), version: null, mesosUser: null, ...answer });
    },
  };
  return { ...found, shown };
}

describe('what will be deployed', () => {
  test('without an app: what the command line says', async () => {
    const known = await knowApp(request({ taskUser: 'nobody' }), inventory(), ports(APP));
    expect(known).toEqual({
      ok: true,
      value: { app: null, image: null, taskUser: 'nobody', findings: null },
    });
  });

  test('from a file: its image, and the findings about it', async () => {
    const known = await knowApp(request({ app: FROM_FILE }), inventory(), ports({ ...APP, user: 'task' }));
    if (!known.ok) throw new Error('it should be known');
    expect(known.value.image?.written).toBe('registry.example.com/runner:1');
    expect(known.value.taskUser).toBe('task');
    expect(known.value.findings?.([target('gpu-1')])).toEqual([]);
  });

  test.each([
    ['--task-user comes first', 'asked', 'of-app', 'of-marathon', 'asked'],
    ["then the app's user", null, 'of-app', 'of-marathon', 'of-app'],
    ['then the one that Marathon runs tasks as', null, undefined, 'of-marathon', 'of-marathon'],
    ['else nobody in particular', null, undefined, null, null],
  ])('the user of the task: %s', async (_, taskUser, user, mesosUser, expected) => {
    const asked = request({ app: FROM_MARATHON, taskUser });
    const known = await knowApp(asked, inventory(), ports({ ...APP, user }, { mesosUser }));
    expect(known.ok && known.value.taskUser).toBe(expected);
  });

  test('a user that cannot be one never gets to an agent', async () => {
    const app = { ...APP, user: '$(reboot)' };
    const known = await knowApp(request({ app: FROM_FILE }), inventory(), ports(app));
    expect(!known.ok && known.error.problems.map(({ code }) => code)).toEqual(['TASK_USER_INVALID']);
  });

  test('--pull needs an image', async () => {
    const app = { id: '/sleep', cmd: 'sleep 1' };
    const known = await knowApp(request({ app: FROM_FILE, pull: true }), inventory(), ports(app));
    expect(!known.ok && known.error.problems.map(({ code }) => code)).toEqual(['NO_IMAGE']);
  });
});

describe('the token for Marathon', () => {
  test('comes from the inventory', async () => {
    const world = ports(APP);
    await knowApp(request({ app: FROM_MARATHON }), inventory(TOKEN), world);
    expect(world.shown).toEqual(['jwt']);
  });

  test('is not asked for where the inventory names none', async () => {
    const world = ports(APP);
    await knowApp(request({ app: FROM_MARATHON }), inventory(), world);
    expect(world.shown).toEqual([null]);
  });

  test('that cannot be had is a missing secret, and nothing is asked', async () => {
    const problem = { code: 'SECRET_UNAVAILABLE', message: 'DCOS_TOKEN is not set.', hint: 'Set it.' };
    const world = { ...ports(APP), secrets: { read: async () => err(problem) } };
    const known = await knowApp(request({ app: FROM_MARATHON }), inventory(TOKEN), world);
    expect(known).toEqual({ ok: false, error: { kind: 'secret', problems: [problem] } });
    expect(world.shown).toEqual([]);
  });
});

describe('the agents that matter', () => {
  const deploy = async (app: object) => {
    const known = await knowApp(request({ app: FROM_FILE }), inventory(), ports(app));
    if (!known.ok) throw new Error('it should be known');
    return known.value;
  };

  test("are those that the app's constraints on hostname allow, with the app's commands and timeouts", async () => {
    const narrow = narrowed(inventory().targets, await deploy(APP));
    if (!narrow.ok) throw new Error('there should be one');
    expect(narrow.value.others).toEqual(['web-1']);
    expect(narrow.value.matter.map(({ name }) => name)).toEqual(['gpu-1']);
    expect(narrow.value.matter[0]?.checks).toMatchObject([{ command: 'docker ps -q', timeoutMs: 7_000 }]);
  });

  test('are all without constraints', async () => {
    const narrow = narrowed(inventory().targets, await deploy({ ...APP, constraints: [] }));
    expect(narrow.ok && narrow.value.others).toEqual([]);
  });

  test('may not be none: an empty gate is no gate', async () => {
    const app = { ...APP, constraints: [['hostname', 'CLUSTER', 'elsewhere']] };
    const narrow = narrowed(inventory().targets, await deploy(app));
    expect(!narrow.ok && narrow.error.map(({ code }) => code)).toEqual(['NO_AGENT_LEFT']);
  });
});
