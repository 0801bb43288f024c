import type { Finding } from '../domain/finding.ts';
import type { ImageReference } from '../domain/image.ts';
import type { MarathonAnswer } from '../domain/marathon.ts';
import type { CheckSpec, Target } from '../domain/target.ts';

/** What a deploy of an app needs of an agent. */
export interface App {
  /** Null where its container has no docker image, or one that docker would not take. */
  readonly image: ImageReference | null;
  /** `user` of the app; null where it names none. */
  readonly user: string | null;
  /** Its COMMAND health checks, all of them, as checks to run on an agent; `checks` of an agent say what to expect. */
  readonly checks: (target: Target) => readonly CheckSpec[];
  /** Could a task of it run on this agent, by the app's constraints on `hostname`? */
  readonly mayRunOn: (target: Target) => boolean;
}

/** What the app is compared with. */
export interface Surroundings {
  /** Those agents that matter. */
  readonly targets: readonly Target[];
  /** Names of the registries of the inventory. */
  readonly registries: readonly string[];
  /** What Marathon says of itself; null where the app came from a file. */
  readonly marathon: Pick<MarathonAnswer, 'version'> | null;
}

/** An app definition, read: what the deploy needs, and what is wrong with it. */
export interface ReadApp {
  /** Null where the text is no app definition at all: the findings say why. */
  readonly app: App | null;
  readonly findings: (around: Surroundings) => readonly Finding[];
}
