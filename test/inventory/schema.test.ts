import { describe, expect, test } from 'vitest';
import { LATER_REGISTRY } from '../../src/inventory/later.ts';
import { inventoryJsonSchema, KNOWN_KEYS } from '../../src/inventory/schema.ts';

interface Schema {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
}

const schema = inventoryJsonSchema() as Schema;

function* objectsIn(value: unknown): Generator<Schema> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && value.type === 'object') yield value as Schema;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

describe('the JSON Schema', () => {
  test('is of the 2020-12 kind', () => {
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      required: ['registries'],
    });
  });

  test('knows the keys of the inventory, and describes each', () => {
    expect(Object.keys(schema.properties ?? {}).toSorted()).toEqual([
      'agents',
      'archive',
      'become',
      'checks',
      'groups',
      'marathon',
      'registries',
      'ssh',
    ]);
    for (const object of objectsIn(schema)) {
      for (const [key, property] of Object.entries(object.properties ?? {}))
        expect(property.description, key).toMatch(/\.$/);
    }
  });

  test('allows no key that it does not name', () => {
    const open = Array.from(objectsIn(schema)).filter(({ properties }) => properties !== undefined);
    expect(open.length).toBeGreaterThan(10);
    for (const object of open) expect(object.additionalProperties).toBe(false);
  });

  test('asks for what must be written: a duration as text, a mode in quotes, a secret by reference', () => {
    const text = JSON.stringify(schema);
    expect(schema.properties?.ssh?.properties).toMatchObject({
      connectTimeout: { type: 'string' },
      port: { type: 'integer', minimum: 1, maximum: 65_535 },
    });
    expect(schema.properties?.archive?.properties).toMatchObject({
      mode: { type: 'string', pattern: '^0?[0246]{3}$' },
    });
    for (const way of ['env', 'file', 'exec', 'prompt']) expect(text).toContain(`"required":["${way}"]`);
  });
});

test('no key is both known and refused as one of a later version', () => {
  for (const { key } of LATER_REGISTRY) expect(KNOWN_KEYS.registry).not.toContain(key);
});
