import { quote } from '../lib/quote.ts';
import type { ListedArchive } from './archives.ts';
import type { Lab } from './lab.ts';

/** What a newcomer should know before the practice run: what is real, and what is not. No line over 80 columns. */
export function storyBefore(agents: number): string[] {
  return [
    `A practice fleet: ${agents} agents and a registry, all on this machine (127.0.0.1).`,
    'Real: SSH, /bin/sh, the script that runs on agents, the login to the registry,',
    'the archives on disk.',
    'A stand-in: docker, with its daemon. It asks the registry as docker would; your',
    'own Docker is not touched.',
  ];
}

/** The same before `lab check`. */
export function storyBeforeCheck(agents: number): string[] {
  return [
    ...storyBefore(agents).map((line) =>
      line.replace('the login to the registry,', 'what the registry is asked,'),
    ),
    'The fleet has been prepared. Since then something has gone wrong on some agents,',
    'one fault of each kind; check finds them, and changes nothing.',
  ];
}

export interface Ending {
  readonly archives: readonly ListedArchive[];
  /** How many agents there are. */
  readonly agents: number;
  readonly expected: Lab['expected'];
  readonly misbehaving: Lab['misbehaving'];
  /** From compareWithScript. */
  readonly deviations: readonly string[];
}

/**
 * What the practice run left on disk, why an agent failed, and what to try next. Commands begin with npx: in a
 * checkout, where most see this first, the tool is not on PATH.
 */
export function storyAfter(ending: Ending): string[] {
  return [
    ...listing(ending.archives, ending.agents),
    '',
    ...(ending.deviations.length === 0 ? asScripted(ending) : deviated(ending.deviations)),
    '',
    'What to try next:',
    '  npx node-prep lab up        a fleet like this one that stays, to try every command on',
    '  npx node-prep init HOST...  a starter inventory for agents of your own',
  ];
}

/** What `lab up` prints once the fleet is there. */
export function storyUp(lab: Pick<Lab, 'inventoryFile' | 'login' | 'misbehaving'>, agents: number): string[] {
  const { user, port, keyFile, knownHostsFile } = lab.login;
  const ssh = ['ssh', '-i', keyFile, '-o', `UserKnownHostsFile=${knownHostsFile}`, '-p', String(port)];
  return [
    ...storyBefore(agents),
    ...[...lab.misbehaving].map(([name, says]) => `On purpose, ${name} ${says}.`),
    '',
    'In another terminal, in the same folder as here:',
    `  npx node-prep run ${word(lab.inventoryFile)}`,
    `  npx node-prep check ${word(lab.inventoryFile)}`,
    `  ${[...ssh, `${user}@127.0.0.1`].map(word).join(' ')} docker ps -a`,
    '',
    'Ctrl-C ends the fleet and removes its folder.',
  ];
}

const MOST_LISTED = 20;

function listing(archives: readonly ListedArchive[], agents: number): string[] {
  const [first] = archives;
  if (first === undefined) return ['No agent has an archive.'];
  const folder = first.path.slice(0, first.path.lastIndexOf(`${first.agent}/`));
  const lines = archives.slice(0, MOST_LISTED).map(({ path, size, mode, entries }) => {
    const names = entries.map((entry) => entry.name).join(' ') || 'not readable';
    const permissions = mode.toString(8).padStart(4, '0');
    return `  ${path.slice(folder.length)}  ${permissions}  ${size} bytes: ${names}`;
  });
  const more = archives.length - lines.length;
  return [
    `The archives on disk (${archives.length} of ${agents} agents have one), in`,
    `${folder}:`,
    ...lines,
    ...(more > 0 ? [`  and ${more} more like them`] : []),
  ];
}

function asScripted({ agents, expected, misbehaving }: Ending): string[] {
  const lines = [...misbehaving].flatMap(([name, says]) => {
    const code = expected.get(name)?.code;
    return [
      `On purpose, ${name} ${says}.`,
      ...(code === undefined ? [] : [`That is what ${code} above tells.`]),
    ];
  });
  const others = agents - misbehaving.size;
  if (misbehaving.size === 0) return ['The fleet behaved as scripted, so this command exits 0.'];
  if (others > 0) lines.push(`${misbehaving.size === 1 ? 'It' : 'They'} ${heldUpNone(others)}.`);
  return [
    ...lines,
    'The fleet behaved as scripted, so this command exits 0; of your own agents such a one would make it 1.',
  ];
}

function heldUpNone(others: number): string {
  return others === 1 ? 'did not hold up the other agent' : `held up none of the other ${others} agents`;
}

function deviated(deviations: readonly string[]): string[] {
  return ['The fleet did not behave as scripted:', ...deviations.map((deviation) => `  ${deviation}`)];
}

// Quoted only where a shell would need it, so that what is meant to be read stays readable.
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quote(text);
}
