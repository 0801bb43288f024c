import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Agent, startAgent } from './agent.ts';
import { type ListedArchive, listArchives } from './archives.ts';
import { startDaemon } from './daemon.ts';
import { type Expectation, type FaultName, faultOf } from './faults.ts';
import { inventoryText, knownHostsText } from './inventory-text.ts';
import { makeKey } from './keys.ts';
import { type LoginCount, startRegistry } from './registry.ts';

export interface LabOptions {
  /** How many agents: 1 to 999. */
  readonly agents: number;
  /** A fresh folder of the operator's own (mode 0700), absolute; `stop` removes it. */
  readonly folder: string;
  /** Node's own program. */
  readonly node: string;
  /** The PATH that agents get after their own folder. */
  readonly path: string;
  /** Who runs the lab: the agents' login, and the archives' owner. A name or a number each. */
  readonly user: { readonly name: string; readonly group: string };
  /** Do the agents hold their archive already, but for those whose fault it is? */
  readonly prepared?: boolean;
  /** Which agents misbehave, by name; left out: the seventh (or the last) has its Docker daemon down. */
  readonly faults?: Readonly<Record<string, FaultName>>;
}

/** A practice fleet at work. */
export interface Lab {
  readonly inventoryText: string;
  /** Where that text is; the files that it names are beside it. */
  readonly inventoryFile: string;
  /** What a run must say of each agent, in inventory order. */
  readonly expected: ReadonlyMap<string, Expectation>;
  /** The agents that misbehave, with a phrase that says how. */
  readonly misbehaving: ReadonlyMap<string, string>;
  /** How ssh(1) reaches the first agent. */
  readonly login: {
    readonly user: string;
    readonly port: number;
    readonly keyFile: string;
    readonly knownHostsFile: string;
  };
  /** Logins that the registry has seen. */
  logins(): LoginCount;
  /** The archives that are there now, in inventory order. */
  listArchives(): Promise<ListedArchive[]>;
  /** Ends all that the lab started and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

const USERNAME = 'practice';

/** Starts a fleet on loopback. Rejects, with all undone, where the machine has no room for it. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { folder, node, user } = options;
  const started: { stop(): Promise<void> }[] = [];
  const stop = once(async () => {
    await Promise.allSettled(started.map((part) => part.stop()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };

  try {
    const names = agentNames(options.agents);
    const faults = options.faults ?? { [names[Math.min(6, names.length - 1)] ?? '']: 'daemon-down' };
    const faultAt = (name: string) => faultOf(faults[name]);
    const clientKey = makeKey('node-prep lab');
    const password = randomBytes(18).toString('base64url');
    const registry = keep(
      await startRegistry({
        username: USERNAME,
        password,
        statusFor: (name) => faultAt(name)?.registryStatus,
      }),
    );
    keep(await startDaemon(join(folder, 'bin'), node, program('dockerd-stand-in')));
    const surroundings = {
      folder,
      node,
      path: `${join(folder, 'bin')}:${options.path}`,
      user: user.name,
      clientKey,
      dockerProgram: program('docker-stand-in'),
      prepared: options.prepared ?? false,
      credential: { registry: registry.name, username: USERNAME, password },
    };
    const agents: Agent[] = [];
    for (const name of names) {
      const agent = await startAgent(name, faultAt(name), surroundings);
      keep(agent.server);
      agents.push(agent);
    }

    const text = inventoryText({ registry: registry.name, username: USERNAME, user, agents });
    const at = (name: string) => join(folder, name);
    await writeFile(at('inventory.yaml'), text);
    await writeFile(at('known_hosts'), knownHostsText(agents));
    await writeFile(at('id_ed25519'), clientKey.privateFile, { mode: 0o600 });
    await writeFile(at('password'), password, { mode: 0o600 });
    return {
      inventoryText: text,
      inventoryFile: at('inventory.yaml'),
      expected: new Map(agents.map(({ name, fault }) => [name, fault?.expected ?? { status: 'ok' }])),
      misbehaving: new Map(agents.flatMap(({ name, fault }) => (fault ? [[name, fault.says]] : []))),
      login: {
        user: user.name,
        port: agents[0]?.server.port ?? 0,
        keyFile: at('id_ed25519'),
        knownHostsFile: at('known_hosts'),
      },
      logins: registry.logins,
      listArchives: () => listArchives(agents),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A name for each agent: `agent-01`. */
export function agentNames(count: number): string[] {
  const width = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => `agent-${String(index + 1).padStart(width, '0')}`);
}

// The stand-ins lie beside this file, before and after the build.
function program(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url));
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= action();
    return running;
  };
}
