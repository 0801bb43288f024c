/** Who can log in on every agent, with which shell and rights; all of them with the fleet's key. */
interface Person {
  readonly name: string;
  readonly shell: string;
  /** What sudo lets them do: anything without a password, anything with one, nothing. */
  readonly sudo: 'free' | 'password' | 'none';
  /** A start-up file of their shell, by its path below the home folder. */
  readonly profile?: readonly [path: string, text: string];
}

/** The password of every person but root, for SSH and for sudo. */
export const PASSWORD = 'correct horse';
const PASSWORD_HASH =
  '$6$fleet$KwyKdCGTAggP54pg8Pant9QBKFXZoiOeFHmCgjctMtsFS65ywBKLy77vmVY7r2rvSX57GKUe448TC0rNYsTFm.';

const TALK = 'echo "welcome to $USER"; echo "a warning" >&2; printf "no line end"';
const FLOOD = 'head -c 6000000 /dev/zero | tr "\\0" "x"; head -c 6000000 /dev/zero | tr "\\0" "y" >&2';

export const PEOPLE: readonly Person[] = [
  { name: 'ops', shell: '/bin/bash', sudo: 'free' },
  { name: 'pwsudo', shell: '/bin/bash', sudo: 'password' },
  { name: 'nosudo', shell: '/bin/bash', sudo: 'none' },
  { name: 'fishy', shell: '/usr/bin/fish', sudo: 'free' },
  { name: 'tcshy', shell: '/usr/bin/tcsh', sudo: 'free' },
  // A login shell by the name ash: busybox looks at the name it is called by.
  { name: 'ashy', shell: '/usr/local/bin/ash', sudo: 'free' },
  { name: 'nologin', shell: '/usr/sbin/nologin', sudo: 'free' },
  { name: 'noisybash', shell: '/bin/bash', sudo: 'free', profile: ['.bashrc', TALK] },
  { name: 'noisyfish', shell: '/usr/bin/fish', sudo: 'free', profile: ['.config/fish/config.fish', TALK] },
  {
    name: 'noisytcsh',
    shell: '/usr/bin/tcsh',
    sudo: 'free',
    profile: ['.cshrc', 'echo welcome; sh -c "echo a warning >&2"; printf "no line end"'],
  },
  { name: 'flood', shell: '/bin/bash', sudo: 'free', profile: ['.bashrc', FLOOD] },
  // Clears the screen, sets the window's title, reverses the reading order: what a terminal must never see raw.
  {
    name: 'escapes',
    shell: '/bin/bash',
    sudo: 'none',
    profile: ['.bashrc', "printf '\\033[2J\\033]0;owned\\007\\342\\200\\256gnp.exe\\n' >&2"],
  },
];

const FIRST_UID = 2_001;
const uid = (index: number) => FIRST_UID + index;

/** The user number of a person. */
export function uidOf(person: Person): number {
  return uid(PEOPLE.indexOf(person));
}

const passwdLine = (person: Person, index: number) =>
  `${person.name}:x:${uid(index)}:${uid(index)}::/home/${person.name}:${person.shell}`;

/** The machine's own /etc/passwd with the people added; root gets a plain shell. */
export function passwd(machine: string): string {
  const kept = machine.trimEnd().replace(/^root:.*$/m, 'root:x:0:0:root:/root:/bin/bash');
  return `${[kept, ...PEOPLE.map(passwdLine)].join('\n')}\n`;
}

/** The machine's own /etc/group with a group for each of the people. */
export function group(machine: string): string {
  return `${[machine.trimEnd(), ...PEOPLE.map(({ name }, index) => `${name}:x:${uid(index)}:`)].join('\n')}\n`;
}

/** /etc/shadow: root has no password at all, the people share one. */
export function shadow(): string {
  return [
    'root:*:19000:0:99999:7:::',
    ...PEOPLE.map(({ name }) => `${name}:${PASSWORD_HASH}:19000:0:99999:7:::`),
    '',
  ].join('\n');
}

/** A file for /etc/sudoers.d. */
export function sudoers(): string {
  const rules = PEOPLE.map(({ name, sudo }) => {
    if (sudo === 'none') return '';
    return `${name} ALL=(ALL:ALL) ${sudo === 'free' ? 'NOPASSWD: ' : ''}ALL\n`;
  });
  return `Defaults !lecture\n${rules.join('')}`;
}
