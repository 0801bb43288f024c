import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createJunit, junitText } from '../../src/output/junit.ts';
import {
  anyText,
  check,
  eventsOf,
  failed,
  fakeStreams,
  PLAIN,
  prepared,
  reportOf,
  trouble,
} from './samples.ts';

const tags = (xml: string, name: string) => xml.match(new RegExp(`<${name}[ />][^>]*>`, 'g')) ?? [];

describe('junit', () => {
  const report = reportOf([
    prepared('a-1', { group: 'public', checks: [{ ...check, id: 'docker' }] }),
    {
      ...failed('a-2', trouble('a-2', 'CHECK_FAILED', { id: 'docker', reason: 'exit code 1' }, 'no daemon')),
      checks: [
        { ...check, id: 'docker', verdict: 'fail', exitCode: 1 },
        { ...check, id: 'late', verdict: 'timeout', exitCode: null },
        { ...check, id: 'other', verdict: 'not-run', exitCode: null },
      ],
    },
    failed('a-3', trouble('a-3', 'STOPPED', { reason: 'x' })),
  ]);
  const xml = junitText(report);

  test('is a document with one suite per group', () => {
    expect(xml.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')).toBe(true);
    expect(xml.endsWith('</testsuites>\n')).toBe(true);
    expect(tags(xml, 'testsuites')).toEqual([
      '<testsuites name="node-prep run" tests="7" failures="4" errors="0" time="12.300">',
    ]);
    expect(tags(xml, 'testsuite')).toEqual([
      '<testsuite name="public" tests="2" failures="0" errors="0" skipped="0" time="1.234" timestamp="2026-01-02T12:00:00">',
      '<testsuite name="agents" tests="5" failures="4" errors="0" skipped="1" time="2.468" timestamp="2026-01-02T12:00:00">',
    ]);
  });

  test('has one case per agent and one per agent and check', () => {
    expect(tags(xml, 'testcase').map((tag) => /name="([^"]*)"/.exec(tag)?.[1])).toEqual([
      'a-1: ready',
      'a-1: check docker',
      'a-2: ready',
      'a-2: check docker',
      'a-2: check late',
      'a-2: check other',
      'a-3: ready',
    ]);
  });

  test('the type of a failure is its code; what was not attempted is not green', () => {
    expect(tags(xml, 'failure').map((tag) => /type="([^"]*)"/.exec(tag)?.[1])).toEqual([
      'CHECK_FAILED',
      'CHECK_FAILED',
      'CHECK_TIMED_OUT',
      'STOPPED',
    ]);
    expect(xml).toContain('no daemon</failure>');
    expect(tags(xml, 'skipped')).toHaveLength(1);
  });

  test('is all that standard output gets', () => {
    const streams = fakeStreams();
    const output = createJunit(streams, PLAIN);
    for (const event of eventsOf(report)) output.event(event);
    expect(streams.stdout.text).toBe(xml);
  });

  test('an empty run is a document too', () => {
    expect(junitText(reportOf([]))).toContain('tests="0" failures="0"');
  });

  test('markup in any text is only text', () => {
    const hostile = failed(
      'a-<1>',
      trouble('a-1', 'DOCKER_MISSING', { reason: `]]></failure>&"'` }, '<b>&amp;'),
    );
    const text = junitText(reportOf([{ ...hostile, group: '"&' }]));
    expect(text).toContain('<testsuite name="&quot;&amp;"');
    expect(text).toContain('name="a-&lt;1&gt;: ready"');
    expect(text).toContain(']]&gt;&lt;/failure&gt;&amp;&quot;&apos;');
    expect(text).toContain('&lt;b&gt;&amp;amp;</failure>');
  });

  test('whatever an agent said, only characters that XML allows are left, and no tag of its own', () => {
    fc.assert(
      fc.property(anyText, (said) => {
        const text = junitText(
          reportOf([failed('a-1', trouble('a-1', 'DOCKER_MISSING', { reason: said }, said))]),
        );
        expect(text).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
        expect(text.match(/<[^>]*>/g)).toHaveLength(9);
      }),
    );
  });
});
