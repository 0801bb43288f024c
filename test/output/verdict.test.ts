import { describe, expect, test } from 'vitest';
import { verdictText } from '../../src/output/verdict.ts';
import { failed, prepared, reportOf, trouble } from './samples.ts';

const unchanged = { changed: false };
const tls = (name: string) => failed(name, trouble(name, 'REGISTRY_TLS'));
const down = (name: string) => failed(name, trouble(name, 'CONNECTION_REFUSED'));
const stopped = (name: string) => failed(name, trouble(name, 'STOPPED', { reason: 'x' }));

describe('the verdict says in one sentence how the run ended', () => {
  test.each([
    [
      'all is well',
      reportOf([prepared('a-1'), prepared('a-2', unchanged)]),
      'Ready: 2 of 2 agents, 1 changed, 1 unchanged (12.3s, generation g-7f3a91c2).',
    ],
    [
      'a second run changes nothing, and says so',
      reportOf([prepared('a-1', unchanged), prepared('a-2', unchanged)]),
      'Ready: 2 of 2 agents, none had to change (12.3s, generation g-7f3a91c2).',
    ],
    ['nothing was left to do', reportOf([], { generation: null }), 'Ready: nothing was left to do (12.3s).'],
    [
      'some agents are not ready',
      reportOf([tls('a-1'), down('a-2'), prepared('a-3'), prepared('a-4', unchanged)]),
      'NOT ready: 2 of 4 agents (1 failed, 1 unreachable); the other 2 are ready: 1 changed, 1 unchanged ' +
        '(12.3s, generation g-7f3a91c2); exit 1, mend the causes and run again with --resume.',
    ],
    [
      'none is',
      reportOf([down('a-1')]),
      'NOT ready: 1 of 1 agents (1 unreachable) (12.3s, generation g-7f3a91c2); exit 1, mend the causes and run ' +
        'again with --resume.',
    ],
    [
      'of one it is not known whether it changed',
      reportOf([{ ...tls('a-1'), changed: null }, prepared('a-2')]),
      'NOT ready: 1 of 2 agents (1 failed, 1 perhaps changed); the other 1 is ready: 1 changed, 0 unchanged ' +
        '(12.3s, generation g-7f3a91c2); exit 1, mend the causes and run again with --resume.',
    ],
    [
      'the registry refused the credential',
      reportOf([tls('a-1'), stopped('a-2')], { exitCode: 3 }),
      'NOT ready: 2 of 2 agents (1 failed, 1 not attempted) (12.3s, generation g-7f3a91c2); a registry refused ' +
        'the credential or never answered, so no agent was changed; exit 3.',
    ],
    [
      'a secret could not be had',
      reportOf([stopped('a-1'), stopped('a-2')], { exitCode: 3, generation: null }),
      'NOT ready: 2 of 2 agents (2 not attempted) (12.3s); a secret could not be had, so no agent was contacted; ' +
        'exit 3.',
    ],
    [
      'a secret of which a part was known could not be had',
      reportOf([stopped('a-1')], { exitCode: 3 }),
      'NOT ready: 1 of 1 agents (1 not attempted) (12.3s, generation g-7f3a91c2); a secret could not be had, so ' +
        'no agent was contacted; exit 3.',
    ],
    [
      'the operator interrupted',
      reportOf([prepared('a-1'), stopped('a-2')], { exitCode: 130 }),
      'INTERRUPTED, NOT ready: 1 of 2 agents (1 not attempted); the other 1 is ready: 1 changed, 0 unchanged ' +
        '(12.3s, generation g-7f3a91c2); exit 130, run again with --resume to do the rest.',
    ],
    [
      'a dry run changes nothing',
      reportOf([prepared('a-1'), prepared('a-2', unchanged)], { dryRun: true }),
      'Dry run: 2 of 2 agents would be ready, 1 would change, 1 would not (12.3s, generation g-7f3a91c2); ' +
        'nothing was changed.',
    ],
    [
      'a dry run with failures is not resumed',
      reportOf([tls('a-1'), prepared('a-2')], { dryRun: true }),
      'Dry run, NOT ready: 1 of 2 agents (1 failed); the other 1 would be ready: 1 would change, 0 would not ' +
        '(12.3s, generation g-7f3a91c2); nothing was changed; exit 1, mend the causes and run again.',
    ],
    [
      'times that make no sense are left out',
      reportOf([prepared('a-1')], { finishedAt: 'never' }),
      'Ready: 1 of 1 agents, 1 changed, 0 unchanged (generation g-7f3a91c2).',
    ],
  ])('%s', (_, report, sentence) => {
    expect(verdictText(report)).toBe(sentence);
  });
});
