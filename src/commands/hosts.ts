import { jumpName } from '../domain/jump-name.ts';
import type { Request } from '../domain/request.ts';
import type { Inventory, Target } from '../domain/target.ts';
import type { Problem } from '../errors/failure.ts';
import { selectTargets } from '../inventory/select.ts';
import { printable } from '../lib/printable.ts';
import { ok, type Result } from '../lib/result.ts';

const HEADER = ['NAME', 'HOST', 'PORT', 'USER', 'GROUP', 'ARCHIVE', 'REGISTRIES'];
const VIA = 'VIA';

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
 * `{ "schema": "node-prep/hosts/v1", "agents": [ { name, host, address (what is connected to), port, user, jumps
 * (["user@host:port"], the nearest first), transport, group (or null), become, archive: { path, owner, group, mode
 * ("0600") }, registries: [name], checks: [id] } ] }`. Both end with a newline.
 */
export function hostsText(targets: readonly Target[], format: 'text' | 'json'): string {
  if (format === 'json') {
    return `${JSON.stringify({ schema: 'node-prep/hosts/v1', agents: targets.map(describe) }, null, 2)}\n`;
  }
  // How an agent is reached is worth a column only where it is not the plain way.
  const ways = targets.map(way);
  const rows = targets.map((target, index) => [...row(target), ways[index] ?? '']);
  return table(ways.every((text) => text === '') ? [HEADER, ...rows] : [[...HEADER, VIA], ...rows]);
}

function describe({ name, host, port, group, ssh, become, archive, checks, registries }: Target) {
  const mode = `0${archive.mode.toString(8).padStart(3, '0')}`;
  return {
    name,
    host,
    address: ssh.address,
    port,
    user: ssh.user,
    jumps: ssh.jumps.map(jumpName),
    transport: ssh.transport,
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

/** What is between here and an agent: an address that is not its host, jump hosts, another transport. */
function way({ host, ssh: { address, jumps, transport } }: Target): string {
  if (transport === 'local') return 'this machine';
  const parts = [...jumps.map(jumpName), ...(address === host ? [] : [address])].map((part) =>
    printable(part),
  );
  return [parts.join(' → '), transport === 'openssh' ? 'the ssh program' : ''].filter(Boolean).join(', ');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = [...HEADER, VIA].map((_, column) =>
    rows.reduce((most, cells) => Math.max(most, cells[column]?.length ?? 0), 0),
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return rows.map((cells) => `${line(cells).trimEnd()}\n`).join('');
}
