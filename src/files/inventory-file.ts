import { open } from 'node:fs/promises';
import type { Problem } from '../errors/failure.ts';
import { printable } from '../lib/printable.ts';
import { err, ok, type Result } from '../lib/result.ts';

/** An inventory is at most 1 MiB; one byte more is enough to see that a file is larger. */
const READ_LIMIT = 1024 * 1024 + 1;

/** The bytes of an inventory file, no more than can be an inventory; or why there are none. */
export async function readInventoryFile(path: string): Promise<Result<Uint8Array, readonly Problem[]>> {
  try {
    const file = await open(path, 'r');
    try {
      if ((await file.stat()).isDirectory()) return unreadable(path, 'it is a folder');
      const bytes = Buffer.alloc(READ_LIMIT);
      let length = 0;
      for (;;) {
        const { bytesRead } = await file.read(bytes, length, READ_LIMIT - length);
        length += bytesRead;
        if (bytesRead === 0 || length === READ_LIMIT) return ok(bytes.subarray(0, length));
      }
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return unreadable(path, 'there is no such file');
    if (code === 'EACCES') return unreadable(path, 'you may not read it');
    return unreadable(path, code ?? String(thrown));
  }
}

function unreadable(
  path: string,
  reason: string,
): { readonly ok: false; readonly error: readonly Problem[] } {
  const message = `The inventory ${printable(path, 300)} cannot be read: ${reason}.`;
  const hint = 'Name an inventory file; node-prep init writes a starter.';
  return err([{ code: 'INVENTORY_UNREADABLE', message, hint }]);
}
