import { describe, expect, test } from 'vitest';
import { deliver, endingWithReport, filesInUse } from '../../src/app/report.ts';
import type { RunEvent } from '../../src/domain/event.ts';
import type { Report } from '../../src/domain/report.ts';
import type { SecretReference } from '../../src/domain/secret.ts';
import type { Inventory, SshSpec, Target, Warning } from '../../src/domain/target.ts';
import type { ReportFile } from '../../src/files/report-file.ts';
import type { Output } from '../../src/output/output.ts';
import { makeTarget } from '../support/ssh-target.ts';

const TROUBLE: Warning = { code: 'REPORT_NOT_WRITTEN', message: 'No space is left.', hint: 'Make room.' };
const OTHER: Warning = { code: 'OTHER', message: 'Other.', hint: 'Nothing.' };

const reportWith = (exitCode: number) => ({ exitCode, warnings: [OTHER] }) as unknown as Report;

/** What happens, in order: `show 0` is a report with that exit code at the outputs. */
function surroundings(file: { apart: boolean; trouble: Warning | null } | null) {
  const log: string[] = [];
  const events: RunEvent[] = [];
  const output: Output = {
    event(event) {
      events.push(event);
      if (event.type === 'report') log.push(`show ${event.report.exitCode}`);
    },
    async close() {
      log.push('close');
    },
  };
  const reportFile: ReportFile | null = file && {
    apart: file.apart,
    async write(report) {
      log.push(`write ${report.exitCode}`);
      return file.trouble;
    },
    discard: () => undefined,
  };
  const stderr = { write: (text: string) => void log.push(text) };
  return { log, events, delivery: { output, files: reportFile === null ? [] : [reportFile], stderr } };
}

const SAID = 'No space is left.\n  → Make room.\n';

describe('a report is delivered', () => {
  test.each([
    ['without --report: to the outputs', null, 0, ['show 0', 'close'], 0],
    ['a file comes first', { apart: true, trouble: null }, 0, ['write 0', 'show 0', 'close'], 0],
    ['a pipe comes last', { apart: false, trouble: null }, 3, ['show 3', 'close', 'write 3'], 3],
    [
      'a file that fails: the outputs know, and the last line on standard error says it',
      { apart: true, trouble: TROUBLE },
      0,
      ['write 0', 'show 1', 'close', SAID],
      1,
    ],
    [
      'a pipe that fails: the exit code is no longer 0',
      { apart: false, trouble: TROUBLE },
      0,
      ['show 0', 'close', 'write 0', SAID],
      1,
    ],
    [
      'where something else went wrong, that code is kept',
      { apart: true, trouble: TROUBLE },
      143,
      ['write 143', 'show 143', 'close', SAID],
      143,
    ],
  ])('%s', async (_, file, exitCode, expected, ended) => {
    const { log, delivery } = surroundings(file);
    const report = await deliver(reportWith(exitCode), delivery);
    expect(log).toEqual(expected);
    expect(report.exitCode).toBe(ended);
    expect(report.warnings).toEqual(file?.trouble ? [OTHER, TROUBLE] : [OTHER]);
  });

  test('the outputs have the warning, too', async () => {
    const { events, delivery } = surroundings({ apart: true, trouble: TROUBLE });
    const report = await deliver(reportWith(0), delivery);
    expect(events).toEqual([{ type: 'report', report }]);
  });
});

test('behind the report an output hears nothing, and before it everything', async () => {
  const { log, events, delivery } = surroundings(null);
  const output = endingWithReport(delivery.output);
  const interrupted: RunEvent = { type: 'interrupted', message: 'Interrupted.' };
  const report: RunEvent = { type: 'report', report: reportWith(0) };
  for (const event of [interrupted, report, interrupted, report]) output.event(event);
  await output.close();
  expect(events).toEqual([interrupted, report]);
  expect(log).toEqual(['show 0', 'close']);
});

test('in use: the inventory, each file that it names once, and where the outputs go', () => {
  const jump = makeTarget('bastion', 22, { identityFiles: ['/jump-key', '/key'] });
  const agent = (ssh: Partial<SshSpec>, sudo: SecretReference | null = null): Target => ({
    ...makeTarget('agent', 22, { identityFiles: ['/key'], knownHosts: ['/known'], ...ssh }),
    become: { method: 'auto', password: sudo },
  });
  const inventory = {
    file: 'inv.yaml',
    registries: [{ password: { kind: 'file', path: '/password' } }, { password: { kind: 'env', name: 'P' } }],
    targets: [
      agent({
        certificateFiles: ['/cert'],
        globalKnownHosts: ['/all-known'],
        written: { configFile: '/config' },
      }),
      agent({ password: { kind: 'file', path: '/ssh-password' }, written: { configFile: 'none' } }),
      agent(
        { password: { kind: 'prompt', text: '?' }, jumps: [jump] },
        { kind: 'file', path: '/sudo-password' },
      ),
    ],
    marathon: { token: { kind: 'file', path: '/token' }, caFile: '/ca' },
  } as unknown as Inventory;
  expect(filesInUse(inventory).map(({ path }) => path)).toEqual([
    'inv.yaml',
    '/password',
    '/token',
    '/ssh-password',
    '/sudo-password',
    '/key',
    '/cert',
    '/known',
    '/all-known',
    '/config',
    '/jump-key',
    '/ca',
    '/dev/fd/1',
    '/dev/fd/2',
  ]);
});
