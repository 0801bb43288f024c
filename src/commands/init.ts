import { foldList } from '../domain/names.ts';
import type { Problem } from '../errors/failure.ts';
import { hostKey, isIpv6, readMappedHosts } from '../inventory/hosts.ts';
import { err, ok, type Result } from '../lib/result.ts';

const MOST_HOSTS = 100_000;
const EXAMPLE = ['10.0.1.[1-40]'];

/**
 * `node-prep init [host…]`: a short inventory to start from, with the given hosts (names, addresses, ranges), folded
 * into ranges, or with an example where there are none. A host that cannot be is a problem; all are told at once.
 */
export function starterInventory(hosts: readonly string[]): Result<string, readonly Problem[]> {
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  for (const host of hosts) {
    const read = readMappedHosts(host, MOST_HOSTS - names.size);
    if (read.ok) for (const name of read.value) names.set(hostKey(name), name);
    else problems.push({ code: 'HOST_INVALID', message: `${read.error.message}.`, hint: read.error.hint });
  }
  if (problems.length > 0) return err(problems);
  const [ipv6 = [], others = []] = partition(Array.from(names.values()), isIpv6);
  const lines = [...foldList(others).map(quoted), ...ipv6.map((host) => `{ host: ${quoted(host)} }`)];
  return ok(inventoryText(lines.length === 0 ? EXAMPLE : lines));
}

function partition(
  texts: readonly string[],
  test: (text: string) => boolean,
): readonly (readonly string[])[] {
  return [texts.filter(test), texts.filter((text) => !test(text))];
}

/** In quotes, unless it is an address or has a dot or dash: `true` and `1e3` are host names as well. */
function quoted(text: string): string {
  return /^(?:[a-z][\w[\],]*[.-]|\d+\.\d+\.\d+\.)[\w[\],.-]*$/i.test(text) ? text : JSON.stringify(text);
}

function inventoryText(agents: readonly string[]): string {
  return `# Which agents get which registry credentials. All keys, for your editor: node-prep schema
registries:
  registry.example.com: # what the names of your images start with; docker.io for Docker Hub
    username: ci-puller # a user of that registry, best one that can only pull
    password: { env: REGISTRY_PASSWORD } # or { file: path }, { exec: [argv…] }, { prompt: text }
# ssh: { user: core } # left out: your own user name, port 22, the ssh-agent and the keys in ~/.ssh
agents: # one host or range per line, or a mapping: { host: 10.0.2.7, ssh: { port: 2222 } }
${agents.map((agent) => `  - ${agent}\n`).join('')}`;
}
