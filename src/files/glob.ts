import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** More files than any pattern is meant to find. */
const MOST_FOUND = 10_000;

/**
 * The files, not folders, that match an absolute pattern of `*`, `?`, `[a-z]` and `\`, in the order of their names as
 * glob(3) has it in the C locale; names with a leading dot only where the pattern has one. Folders that cannot be read
 * hold nothing. Never rejects.
 */
export async function findFiles(pattern: string): Promise<readonly string[]> {
  let found: readonly string[] = ['/'];
  for (const part of pattern.split('/').filter((text) => text !== '')) {
    let next: readonly string[] = [];
    for (const folder of found)
      if (next.length < MOST_FOUND) next = next.concat(await children(folder, part));
    found = next.slice(0, MOST_FOUND);
  }
  const files: string[] = [];
  for (const path of found) if (await isFile(path)) files.push(path);
  return files;
}

async function children(folder: string, part: string): Promise<readonly string[]> {
  if (!/[*?[]/.test(part)) return [join(folder, part.replace(/\\(.)/gs, '$1'))];
  const pattern = toRegExp(part);
  try {
    const names = (await readdir(folder)).filter((name) => pattern.test(name));
    const shown = names.filter((name) => !name.startsWith('.') || part.startsWith('.'));
    return shown.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** One part of a path. Names have at most 255 bytes, so that no pattern takes long. */
function toRegExp(part: string): RegExp {
  const source = part.replace(/\\(.)|\[([!^]?)(\]?[^\]]*)\]|\*+|[\s\S]/g, (all, escaped, negation, set) => {
    if (escaped !== undefined) return quoted(escaped);
    if (set !== undefined) return `[${negation === '' ? '' : '^'}${set.replace(/[\\[\]^]/g, '\\$&')}]`;
    if (all.startsWith('*')) return '[^]*';
    return all === '?' ? '[^]' : quoted(all);
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A range from z to a: it matches nothing, as the system's own does.
    return /^(?!)/;
  }
}

const quoted = (character: string) => character.replace(/[$()*+./?[\\\]^{|}]/, '\\$&');
