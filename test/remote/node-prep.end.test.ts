import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { createComposer } from '../../src/remote/compose.ts';
import type { Verb } from '../../src/remote/verb.ts';
import { type Agent, createPlace, type Place, SHELLS, startAgent, until } from './agent.ts';

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 4 });

const HANGS = 'trap "" TERM HUP PIPE INT; sleep 201 & sleep 202';

const verbs = (place: Place): Record<string, Verb> => ({
  docker: { verb: 'docker', seconds: 60, asks: 'client' },
  login: { verb: 'login', seconds: 60, username: 'ci', server: 'r.example', secret: new Secret('s3cret') },
  ask: { verb: 'ask', seconds: 60, config: new Secret('url = "https://r.example"\n'), registry: 'r.example' },
  verify: {
    verb: 'verify',
    checks: ['docker ps -a', `${HANGS}; true`].map((command) => ({
      seconds: 60,
      command,
      control: 'sleep 203',
      names: 'x',
      words: [],
    })),
  },
  look: { verb: 'look', path: join(place.folder, 'docker.tar.gz'), limit: 1_000 },
  install: {
    verb: 'install',
    mode: 0o600,
    owner: 'root',
    group: 'root',
    path: join(place.folder, 'docker.tar.gz'),
    expected: 'absent',
    holder: 'x',
    archive: Uint8Array.of(1, 2, 3, 0, 255),
  },
});

/** How a conversation is cut off while the agent is at work; what is left must go by itself. */
const ENDS: [string, (agent: Agent) => void][] = [
  ['nobody reads any more', (agent) => agent.process.stdout?.destroy()],
  ['SIGHUP', (agent) => agent.process.kill('SIGHUP')],
  ['SIGTERM', (agent) => agent.process.kill('SIGTERM')],
  ['SIGKILL', (agent) => agent.process.kill('SIGKILL')],
];

describe.concurrent.each(SHELLS)('the end, under $name', (shell) => {
  test.each(ENDS)('%s: what hangs is stopped, and all is cleared away', async (_, cut) => {
    const place = createPlace();
    for (const name of ['docker', 'curl']) place.stub(name, HANGS);
    const agents = await Promise.all(
      (shell === SHELLS[0] ? ['login', 'verify'] : ['verify']).map(async (name) => {
        const agent = await startAgent({ place, shell });
        agent.send(verbs(place)[name] as Verb);
        await until(() => agent.left().some((line) => line.includes('sleep 202')));
        return agent;
      }),
    );
    for (const agent of agents) cut(agent);
    await Promise.all(agents.map((agent) => agent.gone()));
    place.remove();
  });

  test('the input ends in the middle of a verb: it does nothing, and leaves', async () => {
    const place = createPlace();
    for (const name of ['docker', 'curl']) place.stub(name, 'echo started >started');
    const composer = createComposer(['archive', 'images']);
    const some = Object.values(verbs(place)).filter(
      ({ verb }) => shell === SHELLS[0] || ['login', 'install', 'verify'].includes(verb),
    );
    const ends = some.map(async (verb) => {
      const whole = Buffer.from(composer.compose(verb)).toString('latin1');
      const agent = await startAgent({ place, shell });
      agent.sendText(whole.slice(0, -3));
      return [verb.verb, await agent.finish()];
    });
    // A verify that is cut short has started its first check by then.
    const codes = await Promise.all(ends);
    expect(codes).toEqual(some.map(({ verb }) => [verb, 1]));
    expect(readdirSync(place.folder).filter((name) => name !== 'started')).toEqual(['bin']);
    place.remove();
  });
});
