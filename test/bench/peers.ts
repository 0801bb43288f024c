import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../system/support/fleet.ts';
import { missingOf } from './part.ts';

/** The job that all of them do, and where they may keep their files. */
export interface Job {
  readonly fleet: Fleet;
  readonly folder: string;
  readonly registry: string;
  readonly password: string;
  readonly atOnce: number;
}

/** A way of doing the job today. */
export interface Peer {
  readonly name: string;
  /** Without it, the peer is left out. */
  readonly program: string;
  readonly argv: readonly string[];
}

/** What people do today: those whose program is installed, and the names of those that are not. */
export function peers(job: Job): {
  readonly installed: readonly Peer[];
  readonly missing: readonly string[];
} {
  const all = [oneLiner(job), pdsh(job), clush(job), ansible(job)];
  const isMissing = ({ program }: Peer) => missingOf([program]).length > 0;
  return {
    installed: all.filter((peer) => !isMissing(peer)),
    missing: all.filter(isMissing).map(({ name }) => name),
  };
}

/** In one line of shell: the password in an argument list, the archive overwritten in place. */
function shellJob({ registry, password }: Job): string {
  return [
    `docker login -u ci-puller -p ${password} ${registry}`,
    'tar -C /root -czf /etc/docker.tar.gz .docker',
    '{ ps -Aef | grep -q ./runner; ps -Aef | grep -q dockerd; }',
    'docker ps -a',
  ].join(' && ');
}

const sshOptions = ({ identity, knownHosts }: Fleet) =>
  `-i ${identity} -o UserKnownHostsFile=${knownHosts} -o BatchMode=yes`;

function hostsFile({ fleet, folder }: Job): string {
  const file = join(folder, 'hosts');
  writeFileSync(file, fleet.agents.map(({ address }) => `${address}\n`).join(''));
  return file;
}

function oneLiner(job: Job): Peer {
  const script = join(job.folder, 'one-liner.sh');
  const ssh = `ssh ${sshOptions(job.fleet)} root@HOST '${shellJob(job)}'`;
  writeFileSync(script, `xargs -P ${job.atOnce} -I HOST ${ssh} < ${hostsFile(job)}\n`);
  return { name: 'xargs -P ssh', program: 'xargs', argv: ['bash', script] };
}

// -S: its exit code is the largest of the agents'. Its list of hosts may be a file: ^hosts.
function pdsh(job: Job): Peer {
  const ssh = [`PDSH_SSH_ARGS_APPEND=${sshOptions(job.fleet)}`, 'pdsh', '-R', 'ssh', '-l', 'root'];
  const argv = ['env', ...ssh, '-S', '-f', String(job.atOnce), '-w', `^${hostsFile(job)}`, shellJob(job)];
  return { name: 'pdsh', program: 'pdsh', argv };
}

function clush(job: Job): Peer {
  const ssh = ['-l', 'root', '-o', sshOptions(job.fleet)];
  const argv = [
    'clush',
    '-S',
    '-q',
    '-f',
    String(job.atOnce),
    ...ssh,
    `--hostfile=${hostsFile(job)}`,
    shellJob(job),
  ];
  return { name: 'clush', program: 'clush', argv };
}

function ansible({ fleet, folder, registry, password, atOnce }: Job): Peer {
  const inventory = join(folder, 'ansible.ini');
  const playbook = join(folder, 'playbook.yaml');
  const vars = [
    'ansible_user=root',
    `ansible_ssh_private_key_file=${fleet.identity}`,
    'ansible_python_interpreter=/usr/bin/python3',
    `ansible_ssh_common_args='-o UserKnownHostsFile=${fleet.knownHosts}'`,
  ];
  const hosts = fleet.agents.map(({ address }) => `${address}\n`).join('');
  writeFileSync(inventory, `[fleet]\n${hosts}[fleet:vars]\n${vars.join('\n')}\n`);
  const shell = (command: string, extra = {}) => ({
    'ansible.builtin.shell': { cmd: command, ...extra },
    no_log: true,
  });
  const tasks = [
    shell(`docker login -u ci-puller --password-stdin ${registry}`, { stdin: password }),
    shell('tar -C /root -czf /etc/docker.tar.gz .docker'),
    { ...shell('ps -Aef | grep -q ./runner'), failed_when: false },
    shell('ps -Aef | grep -q dockerd'),
    shell('docker ps -a'),
  ];
  writeFileSync(playbook, JSON.stringify([{ hosts: 'fleet', gather_facts: false, tasks }]));
  const argv = ['ansible-playbook', '-f', String(atOnce), '-i', inventory, playbook];
  return { name: 'ansible-playbook', program: 'ansible-playbook', argv };
}
