import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Block, Doubt, SshConfig, Where } from './config.ts';
import { type ConfigDisk, include, refused, type State } from './include.ts';
import { SYSTEM_FOLDER } from './include-path.ts';
import type { Origin } from './parse.ts';

/**
 * Reads ssh_config as ssh does: the file that the inventory names and nothing else (`ssh -F`), or, for null,
 * ~/.ssh/config and then /etc/ssh/ssh_config, which may be missing. Includes are followed.
 */
export async function loadSshConfig(
  configFile: string | null,
  disk: ConfigDisk,
  where: Where,
): Promise<Result<SshConfig, readonly Problem[]>> {
  const state: State = {
    disk,
    where,
    problems: [],
    doubts: [],
    files: 0,
    text: 0,
    final: false,
    full: false,
  };
  const files =
    configFile === null
      ? [
          await readDefault({ file: `${where.home}/.ssh/config`, fromUser: true }, state),
          await readDefault({ file: `${SYSTEM_FOLDER}/ssh_config`, fromUser: false }, state),
        ]
      : [await readNamed(configFile, state)];
  // A file that is included twice is told of once.
  if (state.problems.length > 0) return err(once(state.problems, ({ file, line }) => `${file}:${line} `));
  return ok({ files, final: state.final, doubts: once(state.doubts, () => '') });
}

function once<T extends Doubt | Problem>(items: readonly T[], place: (item: T) => string): readonly T[] {
  return Array.from(new Map(items.map((item) => [place(item) + item.message, item])).values());
}

/** ssh -F looks at no owner and no mode, and stops where there is no such file. */
async function readNamed(file: string, state: State): Promise<readonly Block[]> {
  const reading = await state.disk.read(file, false);
  if (reading.kind === 'text') return include(reading.text, { file, fromUser: true }, 0, state);
  const reason = reading.kind === 'missing' ? 'there is no such file' : reading.reason;
  state.problems.push({
    code: 'SSH_CONFIG_UNREADABLE',
    message: `The ssh.configFile ${printable(file, 300)} cannot be read: ${reason}.`,
    hint: 'Name another file, none to do without, or leave it out for ~/.ssh/config and /etc/ssh/ssh_config.',
  });
  return [];
}

/** ssh passes over what it cannot read here; that is said. */
async function readDefault(origin: Origin, state: State): Promise<readonly Block[]> {
  const reading = await state.disk.read(origin.file, origin.fromUser);
  if (reading.kind === 'text') return include(reading.text, origin, 0, state);
  if (reading.kind === 'refused') state.problems.push(refused(origin.file, reading.reason));
  if (reading.kind === 'unreadable') {
    state.doubts.push({
      code: 'SSH_CONFIG_UNREADABLE',
      message: `${printable(origin.file, 300)} cannot be read, and is passed over, as ssh does: ${reading.reason}.`,
      hint: 'Make it readable, or set ssh.configFile in the inventory.',
    });
  }
  return [];
}
