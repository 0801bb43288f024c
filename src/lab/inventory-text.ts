import type { Agent } from './agent.ts';
import { makeKey } from './keys.ts';

export interface InventoryParts {
  /** `127.0.0.1:PORT`. */
  readonly registry: string;
  readonly username: string;
  readonly user: { readonly name: string; readonly group: string };
  readonly agents: readonly Agent[];
}

/**
 * The lab's inventory, as an operator would write it: its keys, known hosts and password are files beside it.
 * Texts are quoted as JSON, which YAML 1.2 includes.
 */
export function inventoryText({ registry, username, user, agents }: InventoryParts): string {
  const quoted = (text: string) => JSON.stringify(text);
  const line = ({ name, archive, server }: Agent) =>
    `  - { name: ${name}, host: 127.0.0.1, ssh: { port: ${server.port} }, archive: { path: ${quoted(archive)} } }`;
  return `# The practice fleet of node-prep lab: every agent is this machine, on a port of its own.
registries:
  ${quoted(registry)}:
    username: ${quoted(username)}
    password: { file: password }
archive: { owner: ${quoted(user.name)}, group: ${quoted(user.group)}, mode: "0600" }
ssh:
  user: ${quoted(user.name)}
  identityFiles: [id_ed25519]
  hostKeys: strict
  knownHosts: [known_hosts]
  configFile: none
become: { method: none }
agents:
${agents.map(line).join('\n')}
`;
}

/** The known_hosts file for the agents, but for those whose fault is to be another or unknown there. */
export function knownHostsText(agents: readonly Agent[]): string {
  return agents
    .filter(({ fault }) => fault?.knownAs !== 'nothing')
    .map(({ name, fault, hostKey, server }) => {
      const key = fault?.knownAs === 'another-key' ? makeKey(name) : hostKey;
      return `[127.0.0.1]:${server.port} ${key.publicLine}\n`;
    })
    .join('');
}
