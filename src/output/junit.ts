import type { AgentOutcome, CheckResult } from '../domain/outcome.ts';
import type { Report } from '../domain/report.ts';
import { CATALOGUE, type FailureCode } from '../errors/catalogue.ts';
import { printable } from '../lib/printable.ts';
import { createTroubleTeller } from './json.ts';
import { type Case, findingCases } from './junit-findings.ts';
import type { Output, OutputStyle, Streams } from './output.ts';

/** JUnit XML on standard output for a CI server to read; trouble, as it happens, on standard error. */
export function createJunit(streams: Streams, style: OutputStyle): Output {
  const warn = createTroubleTeller(streams, style);
  return {
    event(event) {
      warn(event);
      if (event.type === 'report') streams.stdout.write(junitText(event.report));
    },
    async close() {},
  };
}

/**
 * A report as JUnit XML (valid against junit-10.xsd of Jenkins' xunit plugin): a test suite per group, in it one
 * test case per agent (is it ready?) and one per agent and check. What was not attempted fails: it is not proven.
 * With an app a suite `app` has its findings.
 */
export function junitText(report: Report): string {
  const groups = Map.groupBy(report.agents, (agent) => agent.group ?? 'agents');
  const suites = [...groups].map(([name, agents]) => ({
    name,
    cases: agents.flatMap((agent) => [
      agentCase(agent),
      ...agent.checks.map((check) => checkCase(agent, check)),
    ]),
  }));
  const found = findingCases(report);
  if (found !== null) suites.push({ name: 'app', cases: found });
  const all = suites.flatMap((suite) => suite.cases);
  const time = seconds(Date.parse(report.finishedAt) - Date.parse(report.startedAt));
  const failures = all.filter(fails).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    tag(
      'testsuites',
      { name: `node-prep ${report.command}`, tests: all.length, failures, errors: 0, time },
      '>',
    ),
    ...suites.flatMap(({ name, cases }) => suiteLines(name, cases, report)),
    '</testsuites>\n',
  ].join('\n');
}

function agentCase(agent: AgentOutcome): Case {
  const { name, ms, failure, failures } = agent;
  if (failure === undefined) return { agent: name, name: 'ready', ms, result: 'passed' };
  const text = failures.map(({ code, message, hint, detail }) =>
    [
      `${code}: ${printable(message)}`,
      `Next: ${printable(hint)}`,
      ...(detail === undefined ? [] : [printable(detail)]),
    ].join('\n'),
  );
  return {
    agent: name,
    name: 'ready',
    ms,
    result: { type: failure.code, message: failure.message, text: text.join('\n\n') },
  };
}

function checkCase(agent: AgentOutcome, check: CheckResult): Case {
  const base = { agent: agent.name, name: `check ${check.id}`, ms: check.ms };
  if (check.verdict === 'pass') return { ...base, result: 'passed' };
  if (check.verdict === 'not-run') return { ...base, result: 'skipped' };
  const timedOut = check.verdict === 'timeout';
  const type: FailureCode = timedOut ? 'CHECK_TIMED_OUT' : 'CHECK_FAILED';
  const how = check.exitCode === null ? '' : ` (exit code ${check.exitCode})`;
  return {
    ...base,
    result: { type, message: `${CATALOGUE[type].meaning}${how}`, text: printable(check.command) },
  };
}

const fails = ({ result }: Case) => typeof result === 'object' && 'type' in result;

function suiteLines(name: string, cases: readonly Case[], report: Report): string[] {
  const failures = cases.filter(fails).length;
  const skipped = cases.filter((one) => one.result === 'skipped').length;
  const time = seconds(cases.reduce((sum, one) => sum + (one.name === 'ready' ? one.ms : 0), 0));
  // ISO 8601 without a zone: the stricter schemas allow no other form.
  const timestamp = report.startedAt.slice(0, 19);
  return [
    tag('testsuite', { name, tests: cases.length, failures, errors: 0, skipped, time, timestamp }, '>'),
    ...cases.flatMap(({ agent, name: test, ms, result }) => {
      const attributes = {
        name: agent === '' ? test : `${agent}: ${test}`,
        classname: name,
        time: seconds(ms),
      };
      if (result === 'passed') return [tag('testcase', attributes, '/>')];
      const inner =
        result === 'skipped'
          ? '<skipped/>'
          : 'output' in result
            ? `<system-out>${text(result.output)}</system-out>`
            : `${tag('failure', { type: result.type, message: result.message }, '>')}${text(result.text)}</failure>`;
      return [tag('testcase', attributes, '>'), inner, '</testcase>'];
    }),
    '</testsuite>',
  ];
}

function tag(name: string, attributes: Readonly<Record<string, string | number>>, end: '>' | '/>'): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${text(printable(String(value)))}"`,
  );
  return `<${name}${list.join('')}${end}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

// XML 1.0, section 2.2, allows no control characters but tab and line ends, no surrogates, neither U+FFFE nor U+FFFF.
function text(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function seconds(ms: number): string {
  return (Number.isFinite(ms) ? Math.max(0, ms) / 1_000 : 0).toFixed(3);
}
