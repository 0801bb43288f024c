import { expect, test } from 'vitest';
import { schemaText } from '../../src/commands/schema.ts';
import { inventoryJsonSchema } from '../../src/inventory/schema.ts';

test('the schema is printed as JSON that ends with a newline', () => {
  expect(schemaText()).toMatch(/^\{\n {2}"\$schema"[\s\S]*\n\}\n$/);
  expect(JSON.parse(schemaText())).toEqual(inventoryJsonSchema());
});
