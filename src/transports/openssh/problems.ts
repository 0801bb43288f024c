import type { Target } from '../../domain/target.ts';
import type { Problem } from '../../errors/failure.ts';
import { printable } from '../../lib/printable.ts';
import { startChild, whyNotStarted } from '../child.ts';
import type { SshSurroundings } from './program.ts';
import { sshArguments, sshConfig, unusableValue } from './settings.ts';

/** How long ssh(1) may take to read its configuration, in ms: a Match exec of the operator's may run in it. */
const READING_MS = 30_000;
const SAID = 1_000;

/** What keeps these targets from being reached by the ssh program, before any of them is contacted. */
export async function findProblems(
  targets: readonly Target[],
  surroundings: SshSurroundings,
): Promise<readonly Problem[]> {
  const problems = [...passwordProblems(targets), ...targets.flatMap(valueProblems)];
  if (problems.length > 0) return problems;
  // One target stands for all that have the same settings.
  const different = new Map(targets.map((target) => [sshConfig(target.ssh), target]));
  for (const target of different.values()) {
    const problem = await tryReading(target, surroundings).catch((error: unknown) => unprepared(error));
    if (problem !== null) return [problem];
  }
  return [];
}

function passwordProblems(targets: readonly Target[]): readonly Problem[] {
  const names = targets.filter(({ ssh }) => ssh.password !== null).map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  const message = `There is an ssh.password for ${printable(names.slice(0, 3).join(', '), 300)}${more}, which transport: openssh cannot use: ssh(1) asks for it on a terminal only.`;
  return [
    { code: 'SSH_PASSWORD_UNSUPPORTED', message, hint: 'Use keys (ssh-add), or transport: ssh2 there.' },
  ];
}

function valueProblems(target: Target): readonly Problem[] {
  const value = unusableValue(target);
  if (value === null) return [];
  const message = `${printable(value, 200)} of ${printable(target.name, 100)} has characters that ssh(1) would read as something else.`;
  return [
    { code: 'SSH_VALUE_UNUSABLE', message, hint: 'Give it another name, or use transport: ssh2 there.' },
  ];
}

/** Lets ssh(1) read everything as it will, and connect nowhere (-G): it refuses what it cannot use. */
async function tryReading(target: Target, surroundings: SshSurroundings): Promise<Problem | null> {
  const { files, childEnv, kill } = surroundings;
  const config = await files.config(sshConfig(target.ssh));
  // To see whether there can be one.
  await (await files.log(() => undefined)).finish();
  const [program = 'ssh', ...words] = sshArguments(target, { config, log: null }, null);
  let said = '';
  const started = await startChild({
    argv: [program, '-G', ...words],
    env: { ...childEnv(), LC_ALL: 'C' },
    kill,
    listener: {
      stdout: () => undefined,
      stderr(bytes) {
        said = (said + Buffer.from(bytes).toString('latin1')).slice(-4 * SAID);
      },
    },
    holdMs: 500,
  });
  if (!started.ok) {
    return {
      code: 'TOOL_MISSING',
      message: `transport: openssh needs the ssh program: ${whyNotStarted('ssh', started.error)}.`,
      hint: 'Install it (Debian: apt-get install openssh-client), or use transport: ssh2.',
    };
  }
  const timer = setTimeout(() => void started.value.stop(), READING_MS);
  const { code, stopped } = await started.value.ended;
  clearTimeout(timer);
  if (code === 0 && !stopped) return null;
  return {
    code: 'SSH_CONFIG_UNUSABLE',
    message: `ssh(1) cannot work with its configuration${stopped ? ': it does not come to an end with it' : ''}: ${printable(said.trim(), SAID)}`,
    hint: `Try: ssh -G ${printable(target.host, 100)}. Mend what it names; ssh.configFile: none leaves the operator's configuration out.`,
  };
}

function unprepared(error: unknown): Problem {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return {
    code: isMissing ? 'TOOL_MISSING' : 'SSH_UNPREPARED',
    message: `transport: openssh cannot be prepared: ${printable(String(error), 300)}`,
    hint: 'It needs the programs ssh and mkfifo in PATH, and a folder for temporary files (TMPDIR) that takes files.',
  };
}
