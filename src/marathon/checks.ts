import type { CheckSpec } from '../domain/target.ts';
import { member } from './json.ts';
import type { CommandCheck } from './shape.ts';

/** Marathon's default, also in place of 0, which is no limit. */
const DEFAULT_SECONDS = 20;
/** A day: what the tool waits for at most is bounded by --timeout anyway. */
const MOST_SECONDS = 86_400;

/**
 * The COMMAND checks of an app, as checks to run on an agent. An inventory's check with the same command says what to
 * expect, and lends its name; of any other it is enough that the agent can run it. Without a COMMAND check those of
 * the inventory stay.
 */
export function appChecks(
  commandChecks: readonly CommandCheck[],
  ofTarget: readonly CheckSpec[],
): readonly CheckSpec[] {
  if (commandChecks.length === 0) return ofTarget;
  const taken = new Set<string>();
  return commandChecks.map(({ check, command }, index) => {
    const same = ofTarget.find((known) => known.command === command);
    const id = freeId(same?.id ?? `app-${index + 1}`, index, taken);
    taken.add(id);
    return { id, command, expect: same?.expect ?? 'runnable', timeoutMs: timeoutMs(check) };
  });
}

function timeoutMs(check: CommandCheck['check']): number {
  const written = member(check, 'timeoutSeconds');
  const usable = typeof written === 'number' && Number.isFinite(written) && written > 0;
  return Math.ceil(Math.min(usable ? written : DEFAULT_SECONDS, MOST_SECONDS)) * 1_000;
}

function freeId(wanted: string, index: number, taken: ReadonlySet<string>): string {
  const id = taken.has(wanted) ? `${wanted}-${index + 1}` : wanted;
  return taken.has(id) ? freeId(`${id}-app`, index, taken) : id;
}
