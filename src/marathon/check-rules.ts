import { shellTokens } from '../checks/shell-words.ts';
import { portable } from './check-commands.ts';
import { elements, type Json, type JsonObject, member } from './json.ts';
import type { Rule } from './rule.ts';
import type { CommandCheck } from './shape.ts';

/** What Marathon takes where a check says nothing (docs/docs/health-checks.md). */
const DEFAULTS = {
  gracePeriodSeconds: 300,
  intervalSeconds: 60,
  timeoutSeconds: 20,
  maxConsecutiveFailures: 3,
  delaySeconds: 15,
} as const;

/** Mesos gets one health check of a task, the first. */
export const checksDropped: Rule = ({ shape, mask }) => {
  const { commandChecks, app, way } = shape;
  const [first, ...others] = commandChecks;
  if (first === undefined || others.length === 0) return [];
  const dropped = new Set(others.map(({ index }) => index));
  const value = elements(member(app, 'healthChecks')).flatMap((check, index) =>
    index === first.index ? [combined(first.check, commandChecks, mask)] : dropped.has(index) ? [] : [check],
  );
  return [
    {
      code: 'APP_CHECKS_DROPPED',
      way: [...way, 'healthChecks'],
      message: `The app has ${commandChecks.length} COMMAND health checks, but Mesos runs one per task: Marathon sends the first, drops the others with a line in its log, and shows the one result for all of them.`,
      hint: 'Make one command of them.',
      correction: { at: [...way, 'healthChecks'], value },
    },
  ];
};

/** One check that is good when all of them are: as patient as the most patient, as frequent as the most frequent. */
function combined(
  first: JsonObject,
  checks: readonly CommandCheck[],
  mask: (text: string) => string,
): JsonObject {
  const all = (name: keyof typeof DEFAULTS) =>
    checks.map(({ check }) => {
      const value = member(check, name);
      // 0 seconds would be no end, and 0 failures no second chance.
      const usable = typeof value === 'number' && (value > 0 || !/timeout|Failures/.test(name));
      return usable ? value : DEFAULTS[name];
    });
  const numbers: Record<string, Json> = {};
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    if (!checks.some(({ check }) => member(check, name) !== undefined)) continue;
    numbers[name] = name === 'intervalSeconds' ? Math.min(...all(name)) : Math.max(...all(name));
  }
  const commands = [...new Set(checks.map(({ command }) => portable(mask(command))))];
  return { ...first, command: { value: commands.map(asPart).join(' && ') }, ...numbers };
}

/** The command as a part of a list joined by `&&`: in parentheses where it is more than one pipeline. */
function asPart(command: string, _: number, all: readonly string[]): string {
  if (all.length === 1) return command;
  const tokens = shellTokens(command);
  const pipeline = tokens?.every((token) => token.kind !== 'operator' || token.text === '|');
  const plain =
    pipeline === true && !/[\n#]|^\s*(?:exec|exit|return|set|cd|export|trap|eval|\.)\s/.test(command);
  if (plain) return command.trim();
  // A comment would hide the closing parenthesis.
  return /[\n#]/.test(command) ? `(${command}\n)` : `(${command.trim()})`;
}

/** 0 failures in a row is the first one. */
export const noFailuresAllowed: Rule = ({ shape }) =>
  shape.commandChecks.flatMap(({ check, way }) => {
    if (member(check, 'maxConsecutiveFailures') !== 0) return [];
    return [
      {
        code: 'APP_CHECK_NO_FAILURES_ALLOWED',
        way: [...way, 'maxConsecutiveFailures'],
        message:
          'With "maxConsecutiveFailures": 0 Mesos kills the task at the first failure of this check after the grace period.',
        hint: `Allow some: ${DEFAULTS.maxConsecutiveFailures} is the default.`,
        correction: {
          at: way,
          value: { ...check, maxConsecutiveFailures: DEFAULTS.maxConsecutiveFailures },
        },
      },
    ];
  });

/** Below this many seconds, Mesos's documentation says, a check fails now and then without a cause. */
const SHORT_SECONDS = 5;

/** Too little time, or no end. */
export const timeoutShort: Rule = ({ shape }) =>
  shape.commandChecks.flatMap(({ check, way }) => {
    const seconds = member(check, 'timeoutSeconds');
    if (typeof seconds !== 'number' || seconds >= SHORT_SECONDS) return [];
    const message =
      seconds === 0
        ? '"timeoutSeconds": 0 is no limit for Mesos: a command that hangs, as docker ps does with a stuck daemon, hangs for ever, and the task is never found unhealthy.'
        : `"timeoutSeconds": ${seconds} is under ${SHORT_SECONDS} seconds, which by Mesos's documentation leads to intermittent failures (and 0 would be no limit at all).`;
    return [
      {
        code: 'APP_CHECK_TIMEOUT_SHORT',
        way: [...way, 'timeoutSeconds'],
        message,
        hint: `${DEFAULTS.timeoutSeconds} is the default.`,
        correction: { at: way, value: { ...check, timeoutSeconds: DEFAULTS.timeoutSeconds } },
      },
    ];
  });
