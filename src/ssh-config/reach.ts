import type { Hop, SshSettings } from '../domain/target.ts';
import { printable } from '../lib/printable.ts';
import type { Complaint } from './complaints.ts';
import type { Place, SshConfig, Where } from './config.ts';
import { expandTokens } from './expand.ts';
import { type JumpSpec, jumpName, MOST_JUMPS, parseJumps } from './jump-spec.ts';
import { WAY_OUT } from './not-honoured.ts';
import { type Settled, settle } from './settle.ts';
import { lowerCase } from './words.ts';

/** A machine with all that is known of it, and what keeps it from being reached as ssh would. */
export interface Reached {
  readonly hop: Hop;
  readonly complaints: readonly Complaint[];
}

interface Way {
  readonly jumps: readonly Hop[];
  readonly complaints: readonly Complaint[];
}

const LOOP = 'PROXY_JUMP_LOOP';

interface Context {
  readonly config: SshConfig | null;
  readonly where: Where;
  /** Jump hosts are few and many agents share them: each is found out once. */
  readonly known: Map<string, Way>;
}

/** Makes the function that says how a machine is reached: the inventory over ssh_config over the defaults. */
export function createReach(config: SshConfig | null, where: Where): (hop: Hop) => Reached {
  const context: Context = { config, where, known: new Map() };
  return (hop) => {
    const settled = settle(hop, config, where, hop.ssh.written.proxyJump !== undefined);
    const { jumps, complaints } = wayTo(settled, hop, [], context);
    const ssh = { ...settled.hop.ssh, jumps };
    return { hop: { ...settled.hop, ssh }, complaints: [...settled.complaints, ...complaints] };
  };
}

/** The jump hosts on the way to a machine. `hop` is as the inventory has it, `trail` what this way serves already. */
function wayTo(settled: Settled, hop: Hop, trail: readonly string[], context: Context): Way {
  const { proxy } = settled;
  const place = proxy?.place ?? null;
  const text = hop.ssh.written.proxyJump ?? (proxy?.keyword === 'proxyjump' ? proxy.rest : 'none');
  if (proxy?.keyword === 'proxycommand' && lowerCase(proxy.rest) !== 'none')
    return refused(commandFault(place));
  const specs = expandJumps(parseJumps(text), settled.hop);
  if (specs === null) return refused(invalidFault(text, place));
  const jumps: Hop[] = [];
  const complaints: Complaint[] = [];
  for (const [index, spec] of specs.entries()) {
    const way = jumpOn(spec, hop, index === 0, trail, context);
    jumps.push(...way.jumps);
    complaints.push(...way.complaints);
  }
  if (complaints.some(({ grave }) => grave)) return { jumps: [], complaints };
  // As each ssh of the chain would look at the one it starts (ssh.c, "jumphost loop via").
  const chain = [...jumps.slice(jumps.length - specs.length), settled.hop];
  const loop = specs.find((spec, index) => isItself(spec, chain[index + 1]));
  return loop === undefined ? { jumps, complaints } : refused(loopFault(jumpName(loop), place));
}

/** One jump host; the first of a chain is reached as ssh_config says of it, the others through those before them. */
function jumpOn(spec: JumpSpec, agent: Hop, first: boolean, trail: readonly string[], context: Context): Way {
  const hop = jumpHop(spec, agent, context.where);
  const key = `${first} ${JSON.stringify(hop)}`;
  const known = context.known.get(key);
  if (known !== undefined) return known;
  const settled = settle(hop, context.config, context.where, !first);
  if (first && (trail.includes(key) || trail.length >= MOST_JUMPS))
    return refused(loopFault(jumpName(spec), settled.proxy?.place ?? null));
  const before = first ? wayTo(settled, hop, [...trail, key], context) : { jumps: [], complaints: [] };
  const way = {
    jumps: [...before.jumps, settled.hop],
    complaints: [...settled.complaints, ...before.complaints],
  };
  // Where a way ends in a circle depends on where it began.
  if (!way.complaints.some(({ code }) => code === LOOP)) context.known.set(key, way);
  return way;
}

/** A jump host shares with the agent what is not about the agent alone; its user and port are its own, as for ssh. */
function jumpHop({ user, host, port }: JumpSpec, agent: Hop, where: Where): Hop {
  const { identityFiles, hostKeys, knownHosts, connectTimeoutMs } = agent.ssh.written;
  const shared: SshSettings = {
    ...(identityFiles === undefined ? {} : { identityFiles }),
    ...(hostKeys === undefined ? {} : { hostKeys }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
  };
  const written = { ...shared, ...(user === null ? {} : { user }), ...(port === null ? {} : { port }) };
  const ssh = {
    ...agent.ssh,
    ...{
      transport: 'ssh2' as const,
      user: user ?? where.user,
      address: host,
      hostKeyAlias: null,
      password: null,
    },
    ...{ jumps: [], written },
  };
  return { host, port: port ?? 22, ssh };
}

/** ProxyJump takes %h, %n, %p, %r of the machine behind it. What is no name then is refused: null. */
function expandJumps(
  specs: readonly JumpSpec[] | null,
  { host, port, ssh }: Hop,
): readonly JumpSpec[] | null {
  const tokens = { h: ssh.address, n: host, p: String(port), r: ssh.user };
  const expanded = specs?.map((spec) => {
    const name = expandTokens(spec.host, tokens, null);
    const user = spec.user === null ? null : expandTokens(spec.user, tokens, null);
    const sound = name.ok && /^[a-z0-9_:][a-z0-9_.:%-]*$/i.test(name.value);
    if (!sound || user?.ok === false) return null;
    return { user: user === null ? null : user.value, host: name.value, port: spec.port };
  });
  return expanded === undefined || !expanded.every((spec) => spec !== null) ? null : expanded;
}

function isItself({ user, host, port }: JumpSpec, behind: Hop | undefined): boolean {
  if (behind === undefined || host !== behind.ssh.address) return false;
  return (port ?? 22) === behind.port && (user ?? behind.ssh.user) === behind.ssh.user;
}

const refused = (complaint: Complaint): Way => ({ jumps: [], complaints: [complaint] });

function commandFault(place: Place | null): Complaint {
  const hint = `${WAY_OUT}. A ProxyJump needs nothing of the kind; ssh: { configFile: none } goes straight.`;
  const message =
    'ProxyCommand is not supported by this client, and going straight could reach another machine';
  return { grave: true, code: 'PROXY_COMMAND_UNSUPPORTED', message, hint, place };
}

function invalidFault(text: string, place: Place | null): Complaint {
  const message = `The proxyJump ${printable(text, 200)} names no machine to go through`;
  const hint = 'Write none, or [user@]host[:port], several with commas; an IPv6 address in brackets.';
  return { grave: true, code: 'PROXY_JUMP_INVALID', message, hint, place };
}

function loopFault(name: string, place: Place | null): Complaint {
  const message = `The way through ${printable(name, 200)} leads through itself`;
  const hint =
    'ssh cannot go there either. Give the jump host its own way first: `Host` with its name and `ProxyJump none`; for an agent of the inventory, ssh: { proxyJump: none }.';
  return { grave: true, code: LOOP, message, hint, place };
}
