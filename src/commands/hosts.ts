import type { Request } from '../domain/request.ts';
import type { Inventory, Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { selectTargets } from '../inventory/select.ts';
import { printable } from '../lib/printable.ts';
import { ok, type Result } from '../lib/result.ts';

const HEADER = ['NAME', 'HOST', 'PORT', 'USER', 'GROUP', 'ARCHIVE', 'REGISTRIES'];

/** `node-prep hosts`: the page to print, or what is wrong with the patterns. Contacts nothing. */
export function hosts(
  { limit, exclude, output }: Extract<Request, { command: 'hosts' }>,
  inventory: Inventory,
): Result<string, readonly Problem[]> {
  const targets = selectTargets(inventory.targets, limit, exclude);
  return targets.ok ? ok(hostsText(targets.value, output)) : targets;
}

/**
 * The resolved agents. `text` is a table with a header. `json` is
 * `{ "schema": "node-prep/hosts/v1", "agents": [ { name, host, port, user, group (or null), become,
 * archive: { path, owner, group, mode ("0600") }, registries: [name], checks: [id] } ] }`. Both end with a newline.
 */
export function hostsText(targets: readonly Target[], format: 'text' | 'json'): string {
  if (format === 'json') {
    return `${JSON.stringify({ schema: 'node-prep/hosts/v1', agents: targets.map(describe) }, null, 2)}\n`;
  }
  return table([HEADER, ...targets.map(row)]);
}

function describe({ name, host, port, group, ssh, become, archive, checks, registries }: Target) {
  const mode = `0${archive.mode.toString(8).padStart(3, '0')}`;
  return {
    name,
    host,
    port,
    user: ssh.user,
    group,
    become: become.method,
    archive: { ...archive, mode },
    registries,
    checks: checks.map(({ id }) => id),
  };
}

function row({ name, host, port, group, ssh, archive, registries }: Target): readonly string[] {
  return [name, host, String(port), ssh.user, group ?? '-', archive.path, registries.join(',')].map((cell) =>
    printable(cell),
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) =>
    rows.reduce((most, cells) => Math.max(most, cells[column]?.length ?? 0), 0),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((cells) => `${line(cells).trimEnd()}\n`).join('');
}
