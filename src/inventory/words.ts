import { LONGEST_DURATION } from '../lib/duration.ts';
import { printable } from '../lib/printable.ts';
import { hiddenColumn, MASK } from './hide-lines.ts';

/** Words of a rule that a value breaks: `message` goes on after the key's name ("must be …"); `hint` says what to write. */
export interface Words {
  readonly message: string;
  readonly hint: string;
}

/**
 * A value as a message may show it: quoted, control characters escaped, at most 60 characters, and cut where a secret
 * may start, because a forgotten quote makes one text of many lines. Never for secrets themselves.
 */
export function shown(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  const hidden = hiddenColumn(short);
  return `"${printable(hidden === -1 ? short : short.slice(0, hidden) + MASK)}"`;
}

/** What the schema expects where, and how to write it. */
export const EXPECTED = {
  inventory: {
    what: 'a mapping with the keys registries and agents',
    hint: 'The smallest inventory: registries, with one host and its username and password, and a list of agents. node-prep init writes one.',
  },
  registry: {
    what: 'a mapping with username and password',
    hint: 'registry.example.com: { username: ci-puller, password: { env: REGISTRY_PASSWORD } }',
  },
  group: {
    what: 'a mapping with a list of agents',
    hint: 'public: { agents: [ "edge-[01-12].example.com" ] }',
  },
  agent: {
    what: 'a host, a range, or a mapping with a host',
    hint: 'Write - 10.0.1.[1-40], or - { host: 10.0.2.7, name: gpu-7 }. A number needs quotes.',
  },
  username: {
    what: 'the user name at the registry, as text',
    hint: 'username: ci-puller. A name that looks like a number, a date or true needs quotes.',
  },
  secret: {
    what: 'a reference to a secret',
    hint: '{ env: REGISTRY_PASSWORD }, { file: path }, { exec: [argv…] } or { prompt: text }',
  },
  proof: {
    what: 'agent or once',
    hint: 'proof: agent (the default: every agent proves the credential) or proof: once (one proof in the run is enough).',
  },
  archive: {
    what: 'a mapping with path, owner, group or mode',
    hint: 'archive: { path: /etc/docker.tar.gz, owner: root, group: root, mode: "0600" }',
  },
  path: { what: 'a path on the agent', hint: 'path: /etc/docker.tar.gz' },
  owner: {
    what: 'the name of a user or group on the agent, or its number in quotes',
    hint: 'owner: root, or owner: "1000"',
  },
  mode: {
    what: 'an octal number in quotes',
    hint: 'mode: "0600". Without the quotes YAML reads it as a decimal number, which is another mode.',
  },
  checks: { what: 'a list of checks', hint: 'checks: [ { id: docker, command: "docker ps -a" } ]' },
  check: {
    what: 'a mapping with id and command',
    hint: '- { id: docker, command: "docker ps -a", expect: pass, timeout: 20s }',
  },
  id: { what: 'a name of lower-case letters, digits, - and _', hint: 'id: docker' },
  command: { what: 'a shell command, as text', hint: 'command: "docker ps -a"' },
  expect: {
    what: 'pass or runnable',
    hint: 'expect: pass (the default) or expect: runnable (the agent can run it; it may answer no).',
  },
  duration: {
    what: `a duration of at most ${LONGEST_DURATION}, as text`,
    hint: 'Such as 500ms, 20s, 5m or 12h.',
  },
  ssh: { what: 'a mapping of SSH settings', hint: 'ssh: { user: core, port: 22 }' },
  user: { what: 'the user to log in as, as text', hint: 'user: core' },
  port: { what: 'a whole number from 1 to 65535, without quotes', hint: 'port: 22' },
  identityFiles: { what: 'a list of file names', hint: 'identityFiles: [ ~/.ssh/id_ed25519 ]' },
  knownHosts: { what: 'a list of file names', hint: 'knownHosts: [ ~/.ssh/known_hosts ]' },
  file: {
    what: 'a file name, as text',
    hint: 'Relative names start at the folder of the inventory; ~/ is your home folder.',
  },
  hostKeys: {
    what: 'strict or accept-new',
    hint: 'hostKeys: strict (the default) or hostKeys: accept-new (an unknown host key is accepted and remembered).',
  },
  proxyJump: {
    what: 'a jump host as text, or none',
    hint: 'proxyJump: bastion.example.com, or user@host:port; several with commas, the nearest first.',
  },
  configFile: {
    what: 'a file name, or none',
    hint: 'configFile: ~/.ssh/config. Left out, ssh_config is honoured as ssh does; none ignores it.',
  },
  transport: {
    what: 'ssh2, openssh or local',
    hint: 'transport: ssh2 (the default), openssh (the ssh program) or local (this machine is the agent).',
  },
  become: { what: 'a mapping with method or password', hint: 'become: { method: auto }' },
  marathon: {
    what: 'a mapping with token or caFile',
    hint: 'marathon: { token: { env: DCOS_TOKEN }, caFile: dcos-ca.crt }',
  },
  method: {
    what: 'auto, none, sudo or doas',
    hint: 'method: auto is nothing for root, else sudo.',
  },
  registries: {
    what: 'a list of at least one registry of the inventory',
    hint: 'registries: [ registry.example.com ]',
  },
  registryKey: {
    what: 'the name of a registry, as text',
    hint: 'Write it as at the top level under registries.',
  },
  host: {
    what: 'a host name, an address or a range, as text',
    hint: 'host: 10.0.2.7. What looks like a number needs quotes.',
  },
  name: { what: 'a name, as text', hint: 'name: gpu-7. What looks like a number needs quotes.' },
  agents: {
    what: 'a list of agents',
    hint: 'agents: [ 10.0.1.1, { host: 10.0.2.7, name: gpu-7 } ], or one line per agent, each after a dash.',
  },
  groups: {
    what: 'a mapping of groups',
    hint: 'groups: { public: { agents: [ "edge-[01-12].example.com" ] } }',
  },
  registriesMap: {
    what: 'a mapping with at least one registry',
    hint: 'registries: { registry.example.com: { username: ci-puller, password: { env: REGISTRY_PASSWORD } } }',
  },
} as const satisfies Readonly<Record<string, { readonly what: string; readonly hint: string }>>;

/** Names an entry of `EXPECTED`; the schema's own messages are these. */
export type Word = keyof typeof EXPECTED;
