import { inventoryJsonSchema } from '../inventory/schema.ts';

/** `node-prep schema`: the JSON Schema of the inventory, ending with a newline. */
export function schemaText(): string {
  return `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`;
}
