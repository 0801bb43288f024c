import type { Finding } from '../domain/finding.ts';
import type { ImageReference } from '../domain/image.ts';
import type { MarathonAnswer } from '../domain/marathon.ts';
import type { AppSource, CheckRequest } from '../domain/request.ts';
import type { Secret } from '../domain/secret.ts';
import type { Inventory, Target } from '../domain/target.ts';
import { isUserName } from '../domain/user-name.ts';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type App, readApp } from '../marathon/app.ts';
import type { SecretSource } from '../secrets/source.ts';

/** Where apps come from. */
export interface AppPorts {
  readonly secrets: SecretSource;
  /** The text of an app file; `-` is standard input. */
  readonly readApp: (path: string) => Promise<Result<string, Problem>>;
  readonly askMarathon: (
    source: Extract<AppSource, { kind: 'marathon' }>,
    token: Secret | null,
    caFile: string | null,
  ) => Promise<Result<MarathonAnswer, Problem>>;
}

/** What will be deployed, as far as a check has to know. */
export interface Deploy {
  /** Null for a check without an app, or with one that cannot be read. */
  readonly app: App | null;
  readonly image: ImageReference | null;
  /** Who runs the task; null where nobody says. */
  readonly taskUser: string | null;
  /** Null without an app. */
  readonly findings: ((targets: readonly Target[]) => readonly Finding[]) | null;
}

/** Why the app is not known: `secret` where the token for Marathon could not be had. */
export interface Unknown {
  readonly kind: 'problem' | 'secret';
  readonly problems: readonly Problem[];
}

/** Learns what will be deployed: from a file, from Marathon, or from the command line alone. */
export async function knowApp(
  request: CheckRequest,
  inventory: Inventory,
  ports: AppPorts,
): Promise<Result<Deploy, Unknown>> {
  if (request.app === null) {
    return ok({ app: null, image: request.image, taskUser: request.taskUser, findings: null });
  }
  const got = await textOf(request.app, inventory, ports);
  if (!got.ok) return got;
  const { text, marathon } = got.value;
  const { app, findings } = readApp(text);
  const taskUser = request.taskUser ?? app?.user ?? marathon?.mesosUser ?? null;
  const problem = unusable(request, app, taskUser);
  if (problem !== null) return err({ kind: 'problem', problems: [problem] });
  const registries = inventory.registries.map(({ name }) => name);
  return ok({
    app,
    image: app?.image ?? null,
    taskUser,
    findings: (targets) => findings({ targets, registries, marathon }),
  });
}

async function textOf(
  source: AppSource,
  { marathon: { token, caFile } }: Inventory,
  ports: AppPorts,
): Promise<Result<{ text: string; marathon: MarathonAnswer | null }, Unknown>> {
  const problem = (error: Problem): Result<never, Unknown> => err({ kind: 'problem', problems: [error] });
  if (source.kind === 'file') {
    const text = await ports.readApp(source.path);
    return text.ok ? ok({ text: text.value, marathon: null }) : problem(text.error);
  }
  const secret = token === null ? null : await ports.secrets.read(token);
  if (secret !== null && !secret.ok) return err({ kind: 'secret', problems: [secret.error] });
  const answer = await ports.askMarathon(source, secret?.value ?? null, caFile);
  return answer.ok ? ok({ text: answer.value.appText, marathon: answer.value }) : problem(answer.error);
}

function unusable(
  { pull, taskUser: asked }: CheckRequest,
  app: App | null,
  taskUser: string | null,
): Problem | null {
  if (pull && app !== null && app.image === null) {
    return {
      code: 'NO_IMAGE',
      message: 'The app has no docker image, so there is nothing for --pull to pull.',
      hint: 'Leave --pull out, or correct container.docker.image of the app.',
    };
  }
  if (asked === null && taskUser !== null && !isUserName(taskUser)) {
    return {
      code: 'TASK_USER_INVALID',
      message: `The app's tasks would run as ${printable(taskUser, 60)}, which cannot be a user of an agent.`,
      hint: 'Correct "user" of the app, or say who runs the tasks: --task-user <name>.',
    };
  }
  return null;
}

/** The agents on which a task of the app may run, with the app's checks in place of their own; and the others. */
export function narrowed(
  selected: readonly Target[],
  { app }: Deploy,
): Result<{ matter: readonly Target[]; others: readonly string[] }, readonly Problem[]> {
  if (app === null) return ok({ matter: selected, others: [] });
  const matter = selected.filter((target) => app.mayRunOn(target));
  if (matter.length === 0) {
    return err([
      {
        code: 'NO_AGENT_LEFT',
        message: 'By its constraints on hostname the app runs on none of these agents.',
        hint: 'Compare the constraints with the names and hosts that node-prep hosts prints; Mesos knows agents by their --hostname.',
      },
    ]);
  }
  return ok({
    matter: matter.map((target) => ({ ...target, checks: app.checks(target) })),
    others: selected.filter((target) => !matter.includes(target)).map(({ name }) => name),
  });
}
