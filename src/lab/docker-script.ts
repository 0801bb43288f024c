import { quote } from '../lib/quote.ts';
import type { Fault } from './faults.ts';

const VERSION = 'Docker version 28.0.0-lab, build stand-in';
const CLIENT = 'Client:\n Version:           28.0.0-lab\n';
const SERVER = 'Server:\n Engine:\n  Version:          28.0.0-lab';
const HEADER = 'CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES';
const DOWN =
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';

/**
 * The text of one agent's `docker`: a stand-in that says so. What needs no network it answers itself, because
 * starting Node costs more than all the rest of the practice; `login` is docker-stand-in.ts.
 * Null where the agent is to have none.
 */
export function dockerScript(
  agent: string,
  fault: Fault | undefined,
  node: string,
  program: string,
): string | null {
  if (fault?.docker === 'absent') return null;
  const version = fault?.docker === 'podman' ? 'podman version 5.4.2' : VERSION;
  const down = `echo ${quote(DOWN)} >&2; exit 1`;
  const fails = `echo ${quote('Error response from daemon: layer does not exist')} >&2; exit 1`;
  const list =
    fault?.docker === 'daemon-down' ? down : fault?.docker === 'list-fails' ? fails : `echo ${quote(HEADER)}`;
  const both =
    fault?.docker === 'podman'
      ? `echo ${quote('Client:       Podman Engine')}`
      : `echo ${quote(CLIENT)}; ${fault?.docker === 'daemon-down' ? down : `echo ${quote(SERVER)}`}`;
  const start = `exec ${[node, program, agent].map(quote).join(' ')} "$@"`;
  return [
    '#!/bin/sh',
    `# A stand-in for the Docker CLI, made by node-prep lab for ${agent}. It is no Docker.`,
    ...(fault?.docker === 'hangs' ? ['exec sleep 3600'] : []),
    'case "$*" in',
    `--version) echo ${quote(version)} ;;`,
    `version) ${both} ;;`,
    `'ps -a') ${list} ;;`,
    `*) ${start} ;;`,
    'esac',
    '',
  ].join('\n');
}
