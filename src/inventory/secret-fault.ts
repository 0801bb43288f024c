import { nearest } from '../lib/suggest.ts';
import type { Fault } from './faults.ts';
import { REFERENCE_KEYS } from './hide-lines.ts';
import { environmentRule, fileRule, promptRule, type Rule } from './rules.ts';
import { follow, locate, type Path, type Tree } from './tree.ts';
import { EXPECTED } from './words.ts';

const WAYS = EXPECTED.secret.hint;
const RULES: Readonly<Record<string, Rule>> = { env: environmentRule, file: fileRule, prompt: promptRule };

/** What is wrong with the secret at the path. Nothing of it is repeated: any part may be the secret itself. */
export function secretFault(tree: Tree, path: Path): Fault {
  const name = path.join('.');
  const node = follow(tree, path);
  const at = locate(tree, path);
  if (node === undefined)
    return { code: 'MISSING_KEY', at, message: `${name} is missing.`, hint: `Write ${WAYS}` };
  if (node.kind === 'scalar' && node.value === null) {
    return { code: 'WRONG_VALUE', at, message: `${name} is empty.`, hint: `Write ${WAYS}` };
  }
  if (node.kind !== 'mapping') {
    const hint = `Write where it comes from: ${WAYS}. If others could read this file, replace the secret.`;
    return { code: 'SECRET_IN_CLEAR', at, message: `${name} is written in clear.`, hint };
  }
  const keys = Array.from(node.entries.keys());
  const [key] = keys;
  const strange = keys.find((candidate) => !REFERENCE_KEYS.includes(candidate));
  if (strange !== undefined) {
    const near = nearest(strange, REFERENCE_KEYS);
    const hint = near === null ? `Write ${WAYS}` : `Did you mean ${near}?`;
    const place = node.entries.get(strange)?.at ?? at;
    return {
      code: 'UNKNOWN_KEY',
      at: place,
      message: `${name} has a key that is none of ${REFERENCE_KEYS.join(', ')}.`,
      hint,
    };
  }
  if (key === undefined || keys.length > 1) {
    return {
      code: 'WRONG_VALUE',
      at,
      message: `${name} must have exactly one source.`,
      hint: `Write ${WAYS}`,
    };
  }
  return valueFault(`${name}.${key}`, key, node.entries.get(key)?.value ?? node);
}

function valueFault(name: string, key: string, value: Tree): Fault {
  const text = value.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
  const words = text === undefined ? null : (RULES[key]?.(text) ?? null);
  if (words !== null)
    return { code: 'WRONG_VALUE', at: value.at, message: `${name} ${words.message}.`, hint: words.hint };
  const what = key === 'exec' ? 'a list: a program and its arguments, as text' : 'a text';
  return { code: 'WRONG_VALUE', at: value.at, message: `${name} must be ${what}.`, hint: `Write ${WAYS}` };
}
