import { describe, expect, test } from 'vitest';
import { labRun, labUp } from '../../src/commands/lab.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Lab } from '../../src/lab/lab.ts';

/** A lab that does nothing but say what is asked of it; `during` is what the operator does at that point. */
function ports({ during, exitCode = 0 }: { during?: 'start' | 'run' | 'say'; exitCode?: number } = {}) {
  const log: string[] = [];
  let listening = false;
  const { promise, resolve } = Promise.withResolvers<number>();
  const reach = (point: 'start' | 'run' | 'say') => {
    log.push(point);
    if (point === during) resolve(143);
  };
  const lab: Lab = {
    inventoryText: '',
    inventoryFile: '/lab/inventory.yaml',
    expected: new Map(),
    misbehaving: new Map(),
    login: { user: 'me', port: 22, keyFile: '/lab/key', knownHostsFile: '/lab/known_hosts' },
    logins: () => ({ accepted: 0, refused: 0 }),
    listArchives: async () => [],
    stop: async () => void log.push('stop'),
  };
  return {
    log,
    async start() {
      log.push(listening ? 'heard' : 'deaf');
      reach('start');
      return lab;
    },
    async run() {
      reach('run');
      return { exitCode, agents: [] } as unknown as Report;
    },
    say: () => reach('say'),
    untilInterrupted() {
      listening = true;
      return promise;
    },
  };
}

describe('lab up', () => {
  test('stays until it is interrupted, stops the fleet, and ends with the code of the interruption', async () => {
    const world = ports({ during: 'say' });
    expect(await labUp(3, world)).toBe(143);
    expect(world.log).toEqual(['heard', 'start', 'say', 'stop']);
  });

  test('interrupted while it starts: the fleet is stopped, and nothing is said of it', async () => {
    const world = ports({ during: 'start' });
    expect(await labUp(3, world)).toBe(143);
    expect(world.log).toEqual(['heard', 'start', 'stop']);
  });
});

describe('lab run', () => {
  test('runs, compares, and stops the fleet', async () => {
    const world = ports();
    expect(await labRun(3, world)).toBe(0);
    expect(world.log).toEqual(['heard', 'start', 'say', 'run', 'say', 'stop']);
  });

  test('interrupted while it starts: nothing runs', async () => {
    const world = ports({ during: 'start' });
    expect(await labRun(3, world)).toBe(143);
    expect(world.log).toEqual(['heard', 'start', 'stop']);
  });

  test('interrupted in the run: the code is the report’s, and nothing is compared', async () => {
    const world = ports({ during: 'run', exitCode: 130 });
    expect(await labRun(3, world)).toBe(130);
    expect(world.log).toEqual(['heard', 'start', 'say', 'run', 'stop']);
  });
});
