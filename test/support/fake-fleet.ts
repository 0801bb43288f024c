import { type Failure, failure } from '../../src/errors/failure.ts';
import { err, ok } from '../../src/lib/result.ts';
import type {
  Completed,
  ConnectFailure,
  ConnectOptions,
  Session,
  Transport,
} from '../../src/transports/transport.ts';
import { registry, SCRIPT } from './fleet-samples.ts';

/** What a fake agent does, and what it saw. Everything left out goes well. */
export interface FakeAgent {
  /** In place of connecting. */
  connect?: (options: ConnectOptions) => Promise<ConnectFailure | null>;
  /** The connection breaks so long after it was made. */
  breaksAfterMs?: number;
  /** Whose fault that is, where it is a jump host's. */
  why?: Failure;
  /** In place of the answer to a verb: null for no answer ever, 'lost' for a connection that breaks. */
  verbs?: Partial<Record<string, (agent: FakeState) => readonly string[] | null | 'lost' | 'exit'>>;
  /**
   * What sudo does where it may ask for a password: when it starts (null), and with each line that it reads. At the
   * end of its input it ends. Left out, it asks for nothing.
   */
  sudo?: (line: string | null, prompt: string) => SudoAct;
}

/** Starts the script; breaks the connection; waits; says something on standard error, and ends or waits for a line. */
export type SudoAct = 'start' | 'lost' | 'wait' | { readonly says: string; readonly ends?: boolean };

/** One fake agent's memory. */
export interface FakeState {
  readonly name: string;
  archive: Uint8Array | null;
  readonly seen: string[];
  connections: number;
  /** The lines that sudo has read. */
  readonly given: string[];
  /** How often sudo's input ended before it started anything. */
  cutOff: number;
}

const LINES: Readonly<Record<string, (words: readonly string[]) => number>> = {
  docker: () => 0,
  login: () => 3,
  look: () => 1,
  install: () => 5,
  verify: ([count]) => Number(count) * 5,
  ask: () => 2,
  inspect: () => 2,
  unpack: () => 0,
  pull: () => 1,
};

/** Agents in memory that speak the remote script's protocol; a verb that they do not know is an error. */
export function fakeFleet(agents: Readonly<Record<string, FakeAgent>>) {
  const states = new Map<string, FakeState>();
  const state = (name: string): FakeState => {
    const found = states.get(name) ?? {
      name,
      archive: null,
      seen: [],
      connections: 0,
      given: [],
      cutOff: 0,
    };
    states.set(name, found);
    return found;
  };
  let atOnce = 0;
  const counts = { most: 0 };

  const transport: Transport = {
    async connect(target, options) {
      const { signal } = options;
      const agent = agents[target.name] ?? {};
      const own = state(target.name);
      own.connections += 1;
      const refused = await agent.connect?.(options);
      if (signal.aborted) return err({ failure: failure('INTERRUPTED', 'connect'), passwordRefused: false });
      if (refused) return err(refused);
      atOnce += 1;
      counts.most = Math.max(counts.most, atOnce);
      return ok(
        session(own, agent, () => {
          atOnce -= 1;
        }),
      );
    },
    prepare: async () => [],
    async close() {},
  };
  return { transport, state, counts };
}

function session(own: FakeState, agent: FakeAgent, onClose: () => void): Session {
  const { verbs = {}, breaksAfterMs, why, sudo = () => 'start' } = agent;
  let end: (completed: Completed) => void = () => {};
  const completed = new Promise<Completed>((wake) => {
    end = wake;
  });
  let closed = false;
  if (breaksAfterMs !== undefined)
    setTimeout(() => end({ kind: 'lost', ...(why && { why }) }), breaksAfterMs);
  return {
    async exec(command, listener) {
      const asking = /-S -p '(\w+)%%:'/.exec(command)?.[1];
      let root = asking === undefined;
      const become = (act: SudoAct) => {
        if (act === 'lost') end({ kind: 'lost' });
        else if (act === 'start') {
          root = true;
          listener.stdout(Buffer.from(`welcome\n\n${asking} done start\n`));
        } else if (act !== 'wait') {
          listener.stderr(Buffer.from(act.says));
          if (act.ends === true) end({ kind: 'exited', code: 1 });
        }
      };
      let text = '';
      let opened = false;
      let token = '';
      let over = false;
      const say = (lines: readonly string[], verb: string) => {
        const out = [...lines, `done ${verb}`].map((line) => `\n${token} ${line}\n`).join('');
        listener.stdout(Buffer.from(out));
      };
      const work = () => {
        if (!opened) {
          const start = SCRIPT.length;
          const newline = text.indexOf('\n', start);
          if (newline === -1) return;
          token = text.slice(start, newline).split(' ')[0] ?? '';
          text = text.slice(newline + 1);
          opened = true;
          say(['field user 0', 'field missing none', 'field work /run/x'], 'hello');
        }
        for (;;) {
          const [line, ...rest] = text.split('\n');
          const [verb = '', ...words] = (line ?? '').split(' ');
          if (rest.length === 0 || over) return;
          const count = LINES[verb]?.(words);
          if (count === undefined) throw new Error(`the fake agent does not know the verb ${verb}`);
          if (rest.length <= count) return;
          text = rest.slice(count).join('\n');
          own.seen.push(verb);
          if (verb === 'install') own.archive = decode(rest[4] ?? '');
          const answer = (verbs[verb] ?? DEFAULTS[verb])?.(own);
          if (answer === null || answer === undefined) {
            over = true;
            return;
          }
          if (answer === 'lost' || answer === 'exit') {
            over = true;
            end(answer === 'lost' ? { kind: 'lost' } : { kind: 'exited', code: 3 });
            return;
          }
          say(answer, verb);
        }
      };
      // As it comes over a network: a moment later.
      if (!root) setTimeout(() => become(sudo(null, `${asking}%:`)));
      return ok({
        write(bytes) {
          text += Buffer.from(bytes).toString('latin1');
          if (root) return work();
          const [line = '', ...rest] = text.split('\n');
          if (rest.length === 0) return;
          text = rest.join('\n');
          own.given.push(line);
          setTimeout(() => become(sudo(line, `${asking}%:`)));
        },
        end() {
          if (!root) own.cutOff += 1;
          end({ kind: 'exited', code: root ? 0 : 1 });
        },
        completed,
      });
    },
    async close() {
      if (!closed) onClose();
      closed = true;
      end({ kind: 'lost' });
    },
  };
}

const decode = (line: string) =>
  Buffer.from(
    line.replace(/\\0(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
    'latin1',
  );

const text = (name: string, bytes: Uint8Array) =>
  (
    Buffer.from(bytes)
      .toString('hex')
      .match(/.{1,32}/g) ?? []
  ).map((hex) => `text ${name} ${hex}`);

const file = (archive: Uint8Array) => [
  'field kind file',
  'field mode -rw-------',
  'field owner root',
  'field group root',
  `field sum 1:${archive.length}`,
  `field size ${archive.length}`,
  ...text('bytes', archive),
];

const stored = { auths: { [registry.name]: { auth: Buffer.from('puller:secret').toString('base64') } } };

const DEFAULTS: NonNullable<FakeAgent['verbs']> = {
  docker: () => [
    ...text('path', Buffer.from('/usr/bin/docker')),
    'field code 0',
    'field timed no',
    ...text('output', Buffer.from('Docker version 28.2.2, build e6534b4')),
    'field curl yes',
  ],
  login: () => [
    'field code 0',
    'field timed no',
    ...text('output', Buffer.from('Login Succeeded')),
    ...text('stored', Buffer.from(JSON.stringify(stored))),
  ],
  look: ({ archive }) =>
    archive === null ? ['field kind absent', 'field sum absent', 'field size 0'] : file(archive),
  install: ({ archive }) => ['field result changed', 'field fits yes', ...file(archive ?? new Uint8Array())],
  verify: () => ['check 0 0 no - - , -'],
  inspect: ({ archive }) => [
    ...(archive === null ? ['field kind absent', 'field sum absent', 'field size 0'] : file(archive)),
    'field room yes',
    'field age 60',
    'field missing none',
  ],
  unpack: () => ['field code 0', 'field timed no', 'field config yes'],
  pull: () => ['field code 0', 'field timed no'],
  ask: () => curlSays('HTTP/1.1 200 OK\r\n\r\n'),
};

function curlSays(output: string) {
  return ['field code 0', 'field timed no', ...text('output', Buffer.from(output))];
}

/** `docker version`, of a client and its daemon. */
export const dockerVersion = () => [
  ...text('path', Buffer.from('/usr/bin/docker')),
  'field code 0',
  'field timed no',
  ...text(
    'output',
    Buffer.from(
      'Client: Docker Engine - Community\n Version:           28.2.2\n\nServer: Docker Engine - Community\n Engine:\n  Version:          28.2.2\n',
    ),
  ),
  'field curl yes',
];

/** A registry that asks for a password, and does not take this one. */
export const refusedAsk = () =>
  curlSays('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n');

/** A registry that asks whoever comes to come back a second later. */
export const slowDownAsk = () => curlSays('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n\r\n');
/** A Docker CLI from before --password-stdin, on an agent without curl. */
export const oldDocker = () => [
  ...text('path', Buffer.from('/usr/bin/docker')),
  'field code 0',
  'field timed no',
  ...text('output', Buffer.from('Docker version 1.13.1, build 092cba3')),
  'field curl no',
];

/** A login to second.example.com that went well. */
export const otherLogin = () => [
  'field code 0',
  'field timed no',
  ...text(
    'stored',
    Buffer.from(JSON.stringify({ auths: { 'second.example.com': stored.auths[registry.name] } })),
  ),
];

/** A login that the registry refused, as docker 28 words it. */
export const refusedLogin = () => [
  'field code 1',
  'field timed no',
  ...text(
    'output',
    Buffer.from(
      `Error response from daemon: login attempt to http://${registry.name}/v2/ failed with status: 401 Unauthorized`,
    ),
  ),
];

/** A login that could not reach the registry. */
export const unreachableLogin = () => [
  'field code 1',
  'field timed no',
  ...text(
    'output',
    Buffer.from(
      `Error response from daemon: Get "https://${registry.name}/v2/": dial tcp 10.0.0.1:443: connect: connection refused`,
    ),
  ),
];
