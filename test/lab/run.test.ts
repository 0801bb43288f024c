import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/domain/report.ts';
import { CHECKED_FAULTS } from '../../src/lab/checked-faults.ts';
import { faultOf } from '../../src/lab/faults.ts';
import { compareWithScript } from '../../src/lab/script.ts';
import { briefly } from './practice.ts';

const TOOL = join(import.meta.dirname, '../../bin/node-prep.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built tool, as an operator would, with a state folder of its own. */
function tool(args: readonly string[], state: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, XDG_STATE_HOME: state, NO_COLOR: '1' };
    const child = spawn(process.execPath, [TOOL, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes) => {
      stdout += bytes;
    });
    child.stderr.on('data', (bytes) => {
      stderr += bytes;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const reportOf = ({ stdout, stderr }: Ended): Report => {
  expect(stdout, stderr).toMatch(/^\{/);
  return JSON.parse(stdout);
};

test('the demo runs the whole job, shows one failure, and exits 0 because all went as scripted', async () => {
  const { code, stdout, stderr } = await tool(['lab', 'run'], '/nonexistent');
  expect(stdout + stderr).toContain('The fleet behaved as scripted, so this command exits 0;');
  expect(stdout).toContain('A stand-in: docker');
  expect(stdout).toContain('agent-07: DOCKER_DAEMON_DOWN');
  expect(stdout).toMatch(/agent-12\/etc\/docker\.tar\.gz.*\.docker\/config\.json/);
  expect(code).toBe(0);
});

test('lab check finds one fault of each kind on a prepared fleet, changes nothing, and exits 0 because it found them', async () => {
  const { code, stdout, stderr } = await tool(['lab', 'check'], '/nonexistent');
  expect(stdout + stderr).toContain('The fleet behaved as scripted, so this command exits 0;');
  const codes = CHECKED_FAULTS.map((name) => faultOf(name)?.expected);
  expect(codes).toHaveLength(9);
  for (const expected of codes)
    if (expected && 'code' in expected) expect(stdout).toContain(`: ${expected.code}`);
  expect(stdout).toContain('agent-08: PULL_DENIED');
  expect(stdout).toMatch(/the other 3 are proven/);
  // Half an archive and an open one are still that afterwards.
  expect(stdout).toMatch(/agent-05\/etc\/docker\.tar\.gz.*not readable/);
  expect(stdout).toMatch(/agent-06\/etc\/docker\.tar\.gz {2}0644/);
  expect(code).toBe(0);
});

test('a run, a second run that changes nothing, and what history knows of them', async () => {
  const fleet = await briefly({ agents: 3, faults: {} });
  const state = join(fleet.folder, 'state');
  const archive = join(fleet.folder, 'agents/agent-01/etc/docker.tar.gz');

  const first = reportOf(await tool(['run', fleet.inventoryFile, '-o', 'json'], state));
  expect(first).toMatchObject({ ok: true, exitCode: 0, totals: { agents: 3, ok: 3, changed: 3 } });
  const before = statSync(archive);

  const second = reportOf(await tool(['run', fleet.inventoryFile, '-o', 'json'], state));
  expect(second).toMatchObject({ ok: true, totals: { ok: 3, changed: 0 }, generation: first.generation });
  expect(second.agents[0]?.steps.find(({ id }) => id === 'install')?.status).toBe('unchanged');
  const after = statSync(archive);
  expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  expect(readdirSync(join(archive, '..'))).toEqual(['docker.tar.gz']);

  const history = await tool(['history', '-o', 'json'], state);
  expect(history.stdout).toContain(first.id);
  expect(history.stdout).toContain(second.id);
  const secret = readFileSync(join(fleet.folder, 'password'), 'utf8').trim();
  expect(history.stdout + JSON.stringify([first, second])).not.toContain(secret);
  const resumed = await tool(['run', fleet.inventoryFile, '--resume'], state);
  expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to resume') });
});

test.runIf(process.getuid?.() === 0)('a user without a name, as containers have, is no trouble', async () => {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
  const child = spawn(process.execPath, [TOOL, 'run', '/nonexistent.yaml'], {
    env,
    uid: 54_321,
    gid: 54_321,
  });
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(stderr).toContain('there is no such file');
  expect(code).toBe(2);
});

describe('one run over a fleet in trouble', () => {
  test('gives each agent its own code, and the healthy ones their archive', async () => {
    const fleet = await briefly({
      agents: 12,
      faults: {
        'agent-02': 'podman',
        'agent-03': 'host-key-differs',
        'agent-05': 'archive-foreign',
        'agent-06': 'no-shell',
        'agent-08': 'floods',
        'agent-09': 'closes-at-once',
        'agent-10': 'not-ssh',
        'agent-11': 'daemon-down',
        'agent-12': 'host-key-unknown',
      },
    });
    const ended = await tool(['run', fleet.inventoryFile, '-o', 'json'], join(fleet.folder, 'state'));
    const report = reportOf(ended);
    expect(compareWithScript(report, fleet.expected)).toEqual([]);
    expect(ended.code).toBe(1);
    for (const { status, failure } of report.agents.filter((agent) => agent.status !== 'ok')) {
      expect(`${status} ${failure?.message}`).toMatch(/\. (Nothing was changed|The new archive is in place)/);
      expect(failure?.hint).toMatch(/\w/);
    }
  });
});
