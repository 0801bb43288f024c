// The lab's stand-in for the Docker CLI, and no Docker at all: `docker login` for registries on loopback, and
// nothing else. The agent's `docker` (see agent.ts) starts it with the agent's name before docker's own arguments.
// What it prints and stores is what docker 28 does (docker/cli, cli/command/registry/login.go).
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { get, STATUS_CODES } from 'node:http';
import process from 'node:process';
import { text } from 'node:stream/consumers';

interface Login {
  readonly config: string;
  readonly username: string;
  readonly server: string;
}

function readArguments(words: readonly string[]): Login | string {
  const values = new Map<string, string>();
  const plain: string[] = [];
  const unknown: string[] = [];
  let piped = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--config' || word === '--username') {
      at += 1;
      values.set(word, words[at] ?? '');
    } else if (word === '--password-stdin') piped = true;
    else if (word.startsWith('-')) unknown.push(word);
    else plain.push(word);
  }
  const [verb = '', server = ''] = plain;
  if (verb !== 'login') return 'The stand-in docker of node-prep lab knows only: --version, ps -a, login.';
  if (unknown.length > 0) return `unknown flag: ${unknown[0]}`;
  if (!piped) return 'Error: Cannot perform an interactive login from a non TTY device';
  // A practice login must never leave this machine.
  if (!/^127\.0\.0\.1:\d+$/.test(server)) {
    return `The stand-in docker of node-prep lab logs in to its own registry only, not to ${server || 'Docker Hub'}.`;
  }
  return { config: values.get('--config') ?? '', username: values.get('--username') ?? '', server };
}

type Answer = { readonly status: number } | { readonly trouble: string };

function ask(url: string, agent: string, credential?: string): Promise<Answer> {
  const headers: Record<string, string> = { 'user-agent': `docker/28.0.0-lab stand-in (agent ${agent})` };
  if (credential !== undefined) headers.authorization = credential;
  return new Promise((resolve) => {
    const request = get(url, { headers, timeout: 15_000 }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    request.on('timeout', () => request.destroy(new Error('context deadline exceeded')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const refused = error.code === 'ECONNREFUSED';
      const reason = refused ? `dial tcp ${new URL(url).host}: connect: connection refused` : error.message;
      resolve({ trouble: `Get "${url}": ${reason}` });
    });
  });
}

// Docker asks its daemon to log in, and says so.
const FROM_DAEMON = 'Error response from daemon: ';

async function login(agent: string, { config, username, server }: Login): Promise<string | null> {
  // Docker drops one line break at the end of what it is piped.
  const password = (await text(process.stdin)).replace(/\r?\n$/, '');
  const url = `http://${server}/v2/`;
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  let answer = await ask(url, agent);
  if ('status' in answer && answer.status === 401) answer = await ask(url, agent, `Basic ${auth}`);
  if ('trouble' in answer) return `${FROM_DAEMON}${answer.trouble}`;
  if (answer.status !== 200) {
    const said = `${answer.status} ${STATUS_CODES[answer.status] ?? ''}`;
    return `${FROM_DAEMON}login attempt to ${url} failed with status: ${said}`;
  }
  store(`${config}/config.json`, server, auth);
  return null;
}

function store(file: string, server: string, auth: string): void {
  let before: { auths?: Record<string, unknown> } = {};
  try {
    before = JSON.parse(readFileSync(file, 'utf8')) as typeof before;
  } catch {
    // No config.json yet: docker starts with an empty one.
  }
  const auths = Object.entries({ ...before.auths, [server]: { auth } }).sort(([a], [b]) => (a < b ? -1 : 1));
  const stored = JSON.stringify({ ...before, auths: Object.fromEntries(auths) }, null, '\t');
  writeFileSync(`${file}.new`, stored, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const [agent = '', ...words] = process.argv.slice(2);
const wanted = readArguments(words);
const trouble = typeof wanted === 'string' ? wanted : await login(agent, wanted);
if (trouble === null) process.stdout.write('Login Succeeded\n');
else process.stderr.write(`${trouble}\n`);
process.exitCode = trouble === null ? 0 : 1;
