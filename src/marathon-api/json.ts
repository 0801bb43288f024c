/** No app nests deeper; whoever prints the value again calls itself for every level. */
const DEEPEST = 200;
/** What an indentation by two may add, in characters: every line of a deep part costs its depth. */
const MOST_INDENTATION = 32 * 1024 * 1024;

/** JSON from bytes that nobody vouches for; null for anything else, and for what would not print again in bounds. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return printable(text) ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** An own property of an object; undefined for anything else. */
export function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Is this a JSON object: neither null nor a list? */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function printable(text: string): boolean {
  let [depth, indentation, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted && sign === '\\') at += 1;
    else if (sign === '"') quoted = !quoted;
    else if (!quoted) {
      if (sign === '{' || sign === '[') depth += 1;
      if (sign === '}' || sign === ']') depth -= 1;
      if (sign === '{' || sign === '[' || sign === ',') indentation += 2 * depth;
      if (depth > DEEPEST || indentation > MOST_INDENTATION) return false;
    }
  }
  return true;
}
