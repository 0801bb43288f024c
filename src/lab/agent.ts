import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from './command.ts';
import { dockerScript } from './docker-script.ts';
import type { Fault } from './faults.ts';
import { makeKey, type SshKey } from './keys.ts';
import { type Credential, layArchive } from './lay-archive.ts';
import { type AgentServer, startAgentServer } from './sshd.ts';

/** A practice agent at work. */
export interface Agent {
  readonly name: string;
  readonly archive: string;
  readonly fault: Fault | undefined;
  readonly hostKey: SshKey;
  readonly server: AgentServer;
}

/** What all agents of a lab share. */
export interface AgentSurroundings {
  /** The lab's folder; an agent's own is `agents/NAME` in it. */
  readonly folder: string;
  readonly node: string;
  /** What follows the agent's own folder in its PATH. */
  readonly path: string;
  readonly user: string;
  readonly clientKey: SshKey;
  /** The program that does the stand-in docker's logins. */
  readonly dockerProgram: string;
  /** Do agents hold their archive already? */
  readonly prepared: boolean;
  readonly credential: Credential;
}

/** Makes an agent's folder (bin, etc, home) and starts its SSH server. */
export async function startAgent(
  name: string,
  fault: Fault | undefined,
  lab: AgentSurroundings,
): Promise<Agent> {
  const folder = join(lab.folder, 'agents', name);
  const [bin, etc, home] = ['bin', 'etc', 'home'].map((part) => join(folder, part)) as [
    string,
    string,
    string,
  ];
  await Promise.all([bin, etc, home].map((part) => mkdir(part, { recursive: true })));

  const docker = dockerScript(name, fault, lab.node, lab.dockerProgram);
  if (docker !== null) await writeFile(join(bin, 'docker'), docker, { mode: 0o755 });
  const archive = join(etc, 'docker.tar.gz');
  await layArchive(archive, fault?.archive ?? (lab.prepared ? 'good' : 'missing'), lab.credential);

  const place: Place = {
    folder: home,
    environment: {
      PATH: `${bin}:${lab.path}`,
      HOME: home,
      USER: lab.user,
      LOGNAME: lab.user,
      SHELL: '/bin/sh',
    },
  };
  const hostKey = makeKey(name);
  const server = await startAgentServer({ hostKey, clientKey: lab.clientKey, user: lab.user, place, fault });
  return { name, archive, fault, hostKey, server };
}
