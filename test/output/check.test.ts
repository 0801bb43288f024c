import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { Report } from '../../src/domain/report.ts';
import { annotations } from '../../src/output/annotations.ts';
import { junitText } from '../../src/output/junit.ts';
import { prometheusText } from '../../src/output/prometheus.ts';
import { summaryText } from '../../src/output/summary.ts';
import { verdictText } from '../../src/output/verdict.ts';
import { anyText, failed, PLAIN, prepared, reportOf, trouble } from './samples.ts';

const JSON_LINES = ['[', '  { "uri": "file:///etc/docker.tar.gz" }', ']'];
const finding = (severity: Finding['severity'], more: Partial<Finding> = {}): Finding => ({
  code: severity === 'error' ? 'APP_FETCH_CACHED' : 'APP_CHECK_TIMEOUT_SHORT',
  severity,
  path: '$.fetch[0].cache',
  line: 9,
  column: 7,
  message: 'Mesos never refreshes its copy.',
  hint: `Leave cache out. $.fetch becomes:\n${JSON_LINES.join('\n')}`,
  ...more,
});
const STOPPED = failed('a-1', trouble('a-1', 'STOPPED', { reason: 'x' }));
const ERROR = finding('error');
const WARNING = finding('warning');

/** A check's report; what a check knows of archives is there. */
function checked(overrides: Partial<Report> = {}, bad = false): Report {
  const archive = { generation: 'g-1', ageSeconds: 90, expiresAt: '2030-01-01T00:00:00.000Z' };
  const good = prepared('a-1', { changed: false, archive });
  const other = bad
    ? failed('a-2', trouble('a-2', 'ARCHIVE_MISSING', { path: '/etc/docker.tar.gz' }))
    : prepared('a-2', { changed: false, archive });
  const agents = [good, other];
  return reportOf(agents, { command: 'check', generation: 'g-1', ...overrides });
}

describe('the last line of a check says', () => {
  test.each<[string, Report, RegExp]>([
    ['all proven', checked(), /^Proven: 2 of 2 agents \(/],
    [
      'all proven, a warning that counts for nothing',
      checked({ findings: [WARNING] }),
      /^Proven: 2 of 2 agents; the app has 1 warning/,
    ],
    [
      'an agent that is not',
      checked({ ok: false, exitCode: 1 }, true),
      /^NOT proven: 1 of 2 agents \(1 failed\); the other 1 is proven.*exit 1, mend the causes and check again/,
    ],
    [
      'only the app is wrong',
      checked({ ok: false, exitCode: 1, findings: [ERROR] }),
      /^NOT proven: the app has 1 error; all 2 agents are proven.*correct the app and check again/,
    ],
    [
      'a warning with --strict',
      checked({ ok: false, exitCode: 1, findings: [WARNING] }),
      /--strict does not let pass/,
    ],
    [
      'both',
      checked({ ok: false, exitCode: 1, findings: [ERROR, WARNING] }, true),
      /1 of 2 agents.*the app has 1 error, 1 warning.*mend the causes, correct the app/,
    ],
    ['an interruption', checked({ ok: false, exitCode: 130 }, true), /^INTERRUPTED, NOT proven.*--resume/],
    [
      'nothing was left',
      reportOf([], { command: 'check', generation: null }),
      /^Proven: nothing was left to prove \(12\.3s\)\.$/,
    ],
    [
      'nothing was left, and the app is wrong',
      reportOf([], { command: 'check', ok: false, exitCode: 1, findings: [ERROR] }),
      /^NOT proven: the app has 1 error \(.*\); exit 1, correct the app and check again\.$/,
    ],
    [
      'an agent that is not, beside warnings of which nobody knows whether they count',
      checked({ ok: false, exitCode: 1, findings: [WARNING] }, true),
      /; the app has 1 warning \(.*\); exit 1, mend the causes and check again\.$/,
    ],
    [
      'a secret that could not be had',
      reportOf([STOPPED], { command: 'check', exitCode: 3, generation: null }),
      /^NOT proven: 1 of 1 agents \(1 not attempted\) \(12\.3s\); a secret could not be had, so no agent was contacted; exit 3\.$/,
    ],
    [
      'a credential that was refused, though no secret of the inventory was at hand',
      reportOf([failed('a-2', trouble('a-2', 'AUTH_REJECTED')), STOPPED], {
        ...{ command: 'check', exitCode: 3, generation: null },
      }),
      /; a credential was refused, so it was tried nowhere else; exit 3\.$/,
    ],
  ])('%s', (_, report, words) => {
    expect(verdictText(report)).toMatch(words);
    expect(verdictText(report)).not.toMatch(/changed|ready/);
  });
});

describe('the summary of a check', () => {
  const text = summaryText(checked({ ok: false, exitCode: 1, findings: [ERROR, WARNING] }), PLAIN, 60);

  test('has each finding with its place and what to do', () => {
    expect(text).toContain('APP_FETCH_CACHED');
    expect(text).toContain('$.fetch[0].cache');
    expect(text).toContain('line 9');
    expect(text).toMatch(/Warning: APP_CHECK_TIMEOUT_SHORT/);
  });

  test('and the corrected JSON on lines of its own, uncut and ready to paste', () => {
    const pasted = text
      .split('\n')
      .filter((line) => /^\s*[[{\]]/.test(line))
      .slice(0, 3)
      .join('\n');
    expect(JSON.parse(pasted)).toEqual([{ uri: 'file:///etc/docker.tar.gz' }]);
  });
});

describe('what is pasted from a summary', () => {
  // Anything that an app may hold, as the corrected JSON quotes it.
  const value = fc.record({ command: anyText, list: fc.array(anyText, { maxLength: 3 }) });
  const shown = (json: string, columns: number) =>
    summaryText(
      checked({
        ...{ ok: false, exitCode: 1 },
        findings: [finding('error', { hint: `Do this.\n${json}`, message: 'a\nb\u202e' })],
      }),
      PLAIN,
      columns,
    );

  test('is the very same JSON, however narrow the window is and whatever is in it', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 40, max: 120 }), (app, columns) => {
        const text = shown(JSON.stringify(app, null, 2), columns);
        const json = text.slice(text.indexOf('\n    {\n'), text.indexOf('\n    }\n') + 6);
        expect(JSON.parse(json)).toEqual(app);
        expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u200b-\u200f\ufeff]/);
      }),
    );
  });

  test('while the words around it stay words', () => {
    expect(shown('{}', 80)).toContain('\n    a\\nb\\u{202e}\n    Next: Do this.\n    {}\n');
  });
});

describe('why nothing was begun', () => {
  const warnings = [{ code: 'SECRET_UNAVAILABLE', message: 'MARATHON_TOKEN is not set.', hint: 'Set it.' }];
  const summary = (report: Report) =>
    summaryText({ ...report, exitCode: 3, generation: null, warnings }, PLAIN, 80);

  test('comes first where no agent was contacted', () => {
    expect(summary(reportOf([STOPPED], { command: 'check' }))).toMatch(
      /^SECRET_UNAVAILABLE: MARATHON_TOKEN is not set\.\n {4}Next: Set it\.\n/,
    );
  });

  test('is a warning among others where agents were, even if no secret was at hand', () => {
    expect(summary(checked({ ok: false }, true))).toMatch(/\nWarning: SECRET_UNAVAILABLE: MARATHON_TOKEN/);
  });
});

describe('annotations for GitHub', () => {
  test('one for each finding at its place, one for each cause', () => {
    const lines = annotations(
      checked({ ok: false, exitCode: 1, findings: [ERROR, WARNING] }, true),
      'app.json',
    ).split('\n');
    expect(lines[0]).toMatch(
      /^::error file=app\.json,line=9,col=7,title=APP_FETCH_CACHED at \$\.fetch\[0\]\.cache::/,
    );
    expect(lines[1]).toMatch(/^::error title=ARCHIVE_MISSING::a-2%?:? /);
    expect(lines[2]).toMatch(/^::warning file=app\.json,line=9/);
  });

  test('without a file where the app came from elsewhere', () => {
    expect(annotations(checked({ ok: false, exitCode: 1, findings: [ERROR] }), null)).toMatch(
      /^::error title=/,
    );
  });

  test('whatever is in them, a line is one command and no other', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (message, path, hint) => {
        const found = finding('error', { message, path, hint });
        const text = annotations(checked({ ok: false, exitCode: 1, findings: [found] }), 'a,b:c.json');
        expect(text.split('\n').slice(0, -1)).toHaveLength(1);
        expect(text).toMatch(/^::error file=a%2Cb%3Ac\.json,line=9,col=7,title=/);
      }),
    );
  });

  test('no more than GitHub shows: the last says how many there are', () => {
    const many = Array.from({ length: 25 }, () => ERROR);
    const lines = annotations(checked({ ok: false, exitCode: 1, findings: many }), 'a.json')
      .trim()
      .split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toContain('16 more');
  });
});

describe('metrics', () => {
  const SAMPLE = /^[a-zA-Z_:][\w:]*(\{([a-z_]+="(\\[\\"n]|[^\\"\n])*",?)*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?)$/;
  const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  test('tell agents by status, and for each the age and the end of its credential', () => {
    const text = prometheusText(checked({ ok: false, exitCode: 1, findings: [ERROR] }, true));
    for (const part of [
      /^node_prep_run_ok\{.*\} 0$/m,
      /^node_prep_agents\{.*status="ok"\} 1$/m,
      /^node_prep_agents\{.*status="failed"\} 1$/m,
      /^node_prep_agent_ok\{.*agent="a-2".*\} 0$/m,
      /^node_prep_archive_age_seconds\{.*agent="a-1"\} 90$/m,
      /^node_prep_credential_expiry_timestamp_seconds\{.*agent="a-1"\} 1893456000$/m,
      /^node_prep_agents_by_generation\{.*generation="g-1"\} 1$/m,
      /^node_prep_agents_by_generation\{.*generation="unknown"\} 1$/m,
      /^node_prep_findings\{.*severity="error"\} 1$/m,
    ])
      expect(text).toMatch(part);
  });

  test('each family has its HELP and TYPE once, before its samples, and ends in a line feed', () => {
    const text = prometheusText(checked());
    const names = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names)
      expect(text).toMatch(new RegExp(`^# HELP ${name} .+\n# TYPE ${name} gauge\n${name}\\{`, 'm'));
    expect(text.endsWith('\n')).toBe(true);
  });

  test('whatever agents are called, every line is a sample', () => {
    fc.assert(
      fc.property(anyText, anyText, (name, inventory) => {
        const agent = prepared('a', {
          name,
          archive: { generation: null, ageSeconds: null, expiresAt: null },
        });
        const text = prometheusText(reportOf([agent], { command: 'check', inventory }));
        for (const line of samples(text)) expect(line).toMatch(SAMPLE);
      }),
    );
  });
});

describe('JUnit', () => {
  test('an error fails, a warning passes with its words', () => {
    const xml = junitText(checked({ ok: false, exitCode: 1, findings: [ERROR, WARNING] }));
    expect(xml).toContain('<testsuite name="app" tests="2" failures="1"');
    expect(xml).toContain('<failure type="APP_FETCH_CACHED"');
    expect(xml).toContain('<system-out>APP_CHECK_TIMEOUT_SHORT');
  });

  test('a warning that fails the check fails', () => {
    const xml = junitText(checked({ ok: false, exitCode: 1, findings: [WARNING] }));
    expect(xml).toContain('<failure type="APP_CHECK_TIMEOUT_SHORT"');
  });

  test('an app without a finding is one case that passes; no app is none', () => {
    expect(junitText(checked({ findings: [] }))).toContain(
      '<testcase name="app" classname="app" time="0.000"/>',
    );
    expect(junitText(checked())).not.toContain('name="app"');
  });
});
