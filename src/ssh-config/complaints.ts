import { foldNames } from '../domain/names.ts';
import type { Warning } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import type { Place } from './config.ts';
import { placeName } from './place.ts';

/** Something of ssh_config, or of the inventory's proxyJump, that this program cannot do as it stands. */
export interface Complaint {
  /** Grave: nobody is contacted before it is put right. Else the operator is told. */
  readonly grave: boolean;
  readonly code: string;
  /** Goes on with the agents that it is about. */
  readonly message: string;
  readonly hint: string;
  /** Null: it stands in the inventory. */
  readonly place: Place | null;
}

/** Gathers complaints, one for all agents that share it. */
export interface Complaints {
  add(complaint: Complaint, agent: string): void;
  /** `all` is how many agents there are: where it is about all of them they are not named. */
  problems(all: number): readonly Problem[];
  warnings(all: number): readonly Warning[];
}

/** Makes an empty gathering. */
export function createComplaints(): Complaints {
  const gathered = new Map<string, { readonly complaint: Complaint; readonly agents: Set<string> }>();
  const list = (grave: boolean) =>
    Array.from(gathered.values()).filter(({ complaint }) => complaint.grave === grave);
  return {
    add(complaint, agent) {
      const { code, message, place } = complaint;
      const key = `${place?.file} ${place?.line} ${code} ${message}`;
      const known = gathered.get(key) ?? { complaint, agents: new Set<string>() };
      known.agents.add(agent);
      gathered.set(key, known);
    },
    problems: (all) =>
      list(true).map(({ complaint: { code, message, hint, place }, agents }) => ({
        code,
        message: `${message}${named(agents, all)}.`,
        hint,
        ...(place === null ? {} : { ...place, column: 1 }),
      })),
    warnings: (all) =>
      list(false).map(({ complaint: { code, message, hint, place }, agents }) => {
        const at = place === null ? '' : `, ${placeName(place.file, place.line)}`;
        return { code, message: `${message}${named(agents, all)}${at}.`, hint };
      }),
  };
}

function named(agents: ReadonlySet<string>, all: number): string {
  return agents.size === all ? '' : ` (${printable(foldNames(agents), 300)})`;
}
