import { foldNames } from '../domain/names.ts';
import type { Warning } from '../domain/target.ts';
import type { AgentNotes } from '../engine/fleet.ts';
import { printable } from '../lib/printable.ts';

/** What a check found on one agent that fails nothing. */
export interface AgentNote extends AgentNotes {
  readonly agent: string;
}

/** The warnings of a check, each for all the agents that it is about. */
export function checkWarnings({
  notes,
  others,
}: {
  readonly notes: readonly AgentNote[];
  /** Agents that the app's constraints leave out. */
  readonly others: readonly string[];
}): readonly Warning[] {
  const warnings: Warning[] = [];
  if (others.length > 0) {
    warnings.push({
      code: 'AGENTS_NOT_JUDGED',
      message: `By the app's constraints on hostname its tasks do not run on ${foldNames(others)}: not judged.`,
      hint: 'Check them too without --app, if another app needs them.',
    });
  }
  const uncompared = notes.filter((note) => note.uncompared.length > 0);
  if (uncompared.length > 0) {
    const registries = [...new Set(uncompared.flatMap((note) => note.uncompared))].join(', ');
    warnings.push({
      code: 'CREDENTIAL_NOT_COMPARED',
      message: `Whether the credential on ${foldNames(uncompared.map(({ agent }) => agent))} is the present one of ${registries} is not known: the inventory's secret is not at hand. What lies there was proven all the same.`,
      hint: 'Have the secret where the inventory takes it from (env, file, exec), and the check tells stale from current.',
    });
  }
  const left = notes.filter((note) => note.leftovers.length > 0);
  if (left.length > 0) {
    const example = left[0]?.leftovers[0] ?? '';
    warnings.push({
      code: 'LEFTOVERS',
      message: `Something of a run that was killed is left on ${foldNames(left.map(({ agent }) => agent))}, for example ${printable(example, 200)}.`,
      hint: 'node-prep run tidies it up; a check changes nothing.',
    });
  }
  return warnings;
}
