/** The agent's side of the conversation of src/remote/node-prep.sh, without a shell: says what a healthy agent says. */
export interface StandInAgent {
  /** The next bytes of standard input. */
  input(bytes: Buffer): void;
}

/** How many lines of arguments follow a verb. */
const ARGUMENTS: Readonly<Record<string, (words: readonly string[]) => number>> = {
  docker: () => 0,
  login: () => 3,
  look: () => 1,
  install: () => 5,
  verify: ([count]) => Number(count) * 5,
};

const DOCKER_VERSION = 'Docker version 28.2.2, build e6534b4';

/** `scriptBytes`: how much of the input is the script. `say` gets whole answers. */
export function standInAgent(
  scriptBytes: number,
  hasDocker: boolean,
  say: (text: string) => void,
): StandInAgent {
  let toSkip = scriptBytes;
  let text = '';
  let token: string | null = null;

  const answer = (verb: string, lines: readonly string[]) =>
    say([...lines, `done ${verb}`].map((line) => `\n${token} ${line}\n`).join(''));

  /** Takes the next lines, when so many are there. */
  function take(count: number): string[] | null {
    let end = 0;
    for (let lines = 0; lines < count; lines += 1) {
      end = text.indexOf('\n', end) + 1;
      if (end === 0) return null;
    }
    const taken = text.slice(0, end).split('\n').slice(0, -1);
    text = text.slice(end);
    return taken;
  }

  /** One verb; false: not all of it is here yet. */
  function next(): boolean {
    const newline = text.indexOf('\n');
    if (newline === -1) return false;
    const [verb = '', ...words] = text.slice(0, newline).split(' ');
    const count = ARGUMENTS[verb]?.(words);
    if (count === undefined) throw new Error(`a stand-in does not know the verb ${verb}`);
    const lines = take(1 + count);
    if (lines === null) return false;
    answer(verb, answerTo(verb, lines.slice(1), hasDocker));
    return true;
  }

  return {
    input(bytes) {
      const skipped = Math.min(toSkip, bytes.length);
      toSkip -= skipped;
      text += bytes.toString('latin1', skipped);
      if (toSkip > 0) return;
      if (token === null) {
        const [opening] = take(1) ?? [];
        if (opening === undefined) return;
        token = opening.split(' ')[0] ?? '';
        answer('hello', ['field user 0', 'field missing none', 'field work /run/stand-in']);
      }
      while (next());
    },
  };
}

function answerTo(verb: string, lines: readonly string[], hasDocker: boolean): readonly string[] {
  const ended = ['field code 0', 'field timed no'];
  switch (verb) {
    case 'docker':
      if (!hasDocker) return ['field curl yes'];
      return ['line path /usr/bin/docker', ...ended, ...texts('output', DOCKER_VERSION), 'field curl yes'];
    case 'login': {
      const [user = '', server = '', secret = ''] = lines.map((line) => decode(line).toString());
      const auth = Buffer.from(`${user}:${secret}`).toString('base64');
      return [...ended, ...texts('stored', JSON.stringify({ auths: { [server]: { auth } } }))];
    }
    case 'look':
      return ['field kind absent', 'field sum absent', 'field size 0'];
    case 'install':
      return [
        'field result changed',
        'field kind file',
        ...texts('bytes', decode(lines[4])),
        'field fits yes',
      ];
    default:
      return lines.flatMap((_, at) => (at % 5 === 0 ? [check(at / 5, lines[at + 2])] : []));
  }
}

/** A check that passes; its control, where it has one, says no. */
const check = (index: number, control = '') => `check ${index} 0 no ${control === '' ? '-' : '1'} - , -`;

/** Bytes as the script answers with them: hexadecimal digits, sixteen bytes a line. */
function texts(name: string, bytes: string | Buffer): string[] {
  const digits =
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,32}/g) ?? [];
  return digits.map((row) => `text ${name} ${row}`);
}

/** An argument as it was before it was written in plain ASCII (see src/remote/compose.ts). */
function decode(line = ''): Buffer {
  const plain = line.replace(/\\0(\d{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(plain, 'latin1');
}
