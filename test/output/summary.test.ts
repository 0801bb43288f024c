import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { summaryText } from '../../src/output/summary.ts';
import { widthOf } from '../../src/output/width.ts';
import { failed, PLAIN, prepared, reportOf, trouble } from './samples.ts';

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `agent-${String(index + 1).padStart(4, '0')}`);
const tls = (name: string, detail?: string) => failed(name, trouble(name, 'REGISTRY_TLS', {}, detail));
const text = (report: Parameters<typeof summaryText>[0], columns = 80, style = PLAIN) =>
  summaryText(report, style, columns);

describe('the summary', () => {
  test('of a good run is its verdict alone', () => {
    expect(text(reportOf([prepared('a-1')]))).toBe(
      'Ready: 1 of 1 agents, 1 changed, 0 unchanged (12.3s, generation g-7f3a91c2).\n',
    );
  });

  test('has a cause with its agents folded, an example, what the agent said, and the next step', () => {
    const said = 'Error response from daemon: x509: certificate signed by unknown authority\\nexit status 1';
    const agents = ['agent-03', 'agent-04', 'agent-40'].map((name) => tls(name, said));
    const lines = text(reportOf([...agents, prepared('agent-41')])).split('\n');
    expect(lines.slice(0, 11)).toEqual([
      "agent-[03-04,40]: REGISTRY_TLS, 3 agents: the registry's certificate is not",
      '    trusted on the agent',
      '    For example agent-03: 10.0.0.3 does not trust the TLS certificate of',
      '    registry.example.com.',
      '    | Error response from daemon: x509: certificate signed by unknown authority',
      '    | exit status 1',
      '    Next: Put its CA into /etc/docker/certs.d/registry.example.com/ca.crt on the',
      "          agent, or check the certificate's name and dates.",
      '',
      'NOT ready: 3 of 4 agents (3 failed); the other 1 is ready: 1 changed, 0',
      'unchanged (12.3s, generation g-7f3a91c2); exit 1, mend the causes and run again',
    ]);
  });

  test('of one agent needs no example and no count', () => {
    expect(
      text(reportOf([tls('agent-03')]))
        .split('\n')
        .slice(0, 2),
    ).toEqual([
      'agent-03: REGISTRY_TLS',
      '    10.0.0.3 does not trust the TLS certificate of registry.example.com.',
    ]);
  });

  test('names the agent whose hint it shows where the hints differ', () => {
    const rejected = (name: string) =>
      failed(
        name,
        trouble(name, 'AUTH_REJECTED', {
          user: 'core',
          tried: 'publickey',
          address: `10.0.0.${name.at(-1)}`,
        }),
      );
    expect(text(reportOf([rejected('a-1'), rejected('a-2')]), 120)).toContain(
      'Next, for a-1: Try: ssh -p 22 core@10.0.0.1.',
    );
  });

  test("shows all of one agent's failures", () => {
    const agent = failed(
      'a-1',
      trouble('a-1', 'CHECK_FAILED', { id: 'x' }),
      trouble('a-1', 'CHECK_TIMED_OUT', { id: 'y' }),
    );
    expect(text(reportOf([agent]))).toMatch(/a-1: CHECK_FAILED\n[\s\S]*a-1: CHECK_TIMED_OUT\n/);
  });

  test('has one line for all agents that were never started', () => {
    const stopped = names(990).map((name) =>
      failed(name, trouble(name, 'STOPPED', { reason: 'the credential was refused' })),
    );
    const lines = text(reportOf([...stopped, tls('agent-0991')]), 120).split('\n');
    expect(lines).toContain(
      'agent-[0001-0990]: STOPPED, 990 agents: Not attempted: the credential was refused.',
    );
    expect(lines[0]).toBe('agent-0991: REGISTRY_TLS');
  });

  test('has the warnings with what to do', () => {
    const warnings = [{ code: 'CHECK_VACUOUS', message: 'dockerd proves nothing.', hint: 'Use pgrep.' }];
    expect(
      text(reportOf([prepared('a-1')], { warnings }))
        .split('\n')
        .slice(0, 2),
    ).toEqual(['Warning: CHECK_VACUOUS: dockerd proves nothing.', '    Use pgrep.']);
  });

  test('begins with the secret that could not be had: the cause, not a mere warning', () => {
    const reason = 'The environment variable REGISTRY_PASSWORD is not set';
    const stopped = ['a-1', 'a-2'].map((name) => failed(name, trouble(name, 'STOPPED', { reason })));
    const warnings = [
      { code: 'REGISTRY_ALIAS', message: 'Two names of one registry.', hint: 'Keep one.' },
      { code: 'SECRET_UNAVAILABLE', message: `${reason}.`, hint: 'read -rs REGISTRY_PASSWORD' },
    ];
    const lines = text(reportOf(stopped, { exitCode: 3, generation: null, warnings }), 120).split('\n');
    expect(lines).toEqual([
      'SECRET_UNAVAILABLE: The environment variable REGISTRY_PASSWORD is not set.',
      '    Next: read -rs REGISTRY_PASSWORD',
      '',
      `a-[1-2]: STOPPED, 2 agents: Not attempted: ${reason}.`,
      '',
      'Warning: REGISTRY_ALIAS: Two names of one registry.',
      '    Keep one.',
      '',
      expect.stringMatching(/a secret could not be had, so no agent was contacted; exit 3\.$/),
      '',
    ]);
  });

  test.each([
    ['pass', '    ps -Aef (always says yes: decided from the process table)'],
    ['runnable', '    ps -Aef (always says yes)'],
  ] as const)(
    'of a check that says yes whatever is true, and that must be %s, it tells: %s',
    (expect_, line) => {
      const agent = prepared('a-1');
      const checks = agent.checks.map((check) => ({
        ...check,
        command: 'ps -Aef',
        expect: expect_,
        vacuous: true,
      }));
      const verbose = text(reportOf([{ ...agent, checks }]), 80, { color: false, verbose: true });
      expect(verbose.split('\n')).toContain(line);
    },
  );

  test('has the table of checks only when asked for more', () => {
    const agents = [prepared('a-1'), prepared('a-2')];
    expect(text(reportOf(agents))).not.toContain('docker ps -a');
    const verbose = text(reportOf(agents), 80, { color: false, verbose: true });
    expect(verbose.split('\n').slice(0, 3)).toEqual([
      'Check       pass     fail  timeout  not-run',
      'runner         2        0        0        0',
      '    docker ps -a',
    ]);
  });
});

describe('the summary stays readable', () => {
  const scattered = names(1_000).filter((_, index) => index % 3 === 0);

  test('a long list of names is cut after a few lines, with how many more there are', () => {
    const heading = text(reportOf(scattered.map((name) => tls(name)))).split('\n    For example')[0] ?? '';
    expect(heading.split('\n').length).toBeLessThanOrEqual(5);
    expect(heading).toMatch(/^agent-\[0001,0004,[\d,\s]+\] and \d+ more: REGISTRY_TLS, 334 agents:/);
  });

  test('but not when asked for more', () => {
    const full = summaryText(
      reportOf(scattered.map((name) => tls(name))),
      { color: false, verbose: true },
      80,
    );
    expect(full).toContain('1000]: REGISTRY_TLS, 334 agents');
  });

  test.each([40, 60, 80, 120])('no line is wider than %i columns, but for words that are', (columns) => {
    const report = reportOf([
      ...scattered.map((name) => tls(name, 'x'.repeat(3_000))),
      failed('b', trouble('b', 'AGENT_BUSY')),
    ]);
    for (const line of text(report, columns).split('\n')) {
      if (/\S+\s+\S/.test(line.trim().replace(/^Next: /, '')))
        expect(widthOf(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('of many lines that an agent said the last ones are shown, behind a bar', () => {
    const said = Array.from({ length: 50 }, (_, index) => `line ${index + 1}`).join('\\n');
    const shown = text(reportOf([tls('a-1', said)]))
      .split('\n')
      .filter((line) => line.startsWith('    | '));
    expect(shown).toEqual(['    | line 47', '    | line 48', '    | line 49', '    | line 50']);
  });

  test('what agents said cannot drive the terminal, and is not escaped twice', () => {
    const output = text(reportOf([tls('a-1', '\x1b[2Jgone \u202egnp \\x1b[31mred')]));
    expect(output).not.toMatch(/[\x1b\u202e]/);
    expect(output).toContain('| \\x1b[2Jgone \\u{202e}gnp \\x1b[31mred');
  });

  test('codes are never broken', () => {
    const report = reportOf([failed('a-very-long-name-of-an-agent', trouble('a', 'BECOME_PASSWORD_NEEDED'))]);
    expect(text(report, 40)).toContain('BECOME_PASSWORD_NEEDED');
  });

  test('colours only repeat what the words say', () => {
    const report = reportOf([tls('a-1', 'said'), prepared('a-2')], {
      warnings: [{ code: 'W', message: 'm', hint: 'h' }],
    });
    const coloured = summaryText(report, { color: true, verbose: false }, 80);
    expect(coloured).toContain('\x1b[31m');
    expect(stripVTControlCharacters(coloured)).toBe(text(report));
    expect(text(report)).not.toContain('\x1b');
  });
});
