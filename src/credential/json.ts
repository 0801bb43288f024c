/** A JSON object from bytes that nobody vouches for; null for anything else. Only own properties may be read. */
export function parseJson(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
    return isRecord(value) ? bare(value) : null;
  } catch {
    return null;
  }
}

/** The value as an object; an empty one for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? bare(value) : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without a prototype, `constructor` and the like are not there unless the JSON had them. */
function bare(value: Record<string, unknown>): Record<string, unknown> {
  return Object.assign(Object.create(null), value);
}
