import { becomePassword, becomeWay } from '../domain/become.ts';
import { type Failure, failure } from '../errors/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Answer, CheckAnswer } from '../remote/answer.ts';
import { type Composer, createComposer, opening } from '../remote/compose.ts';
import type { Verb } from '../remote/verb.ts';
import type { Session } from '../transports/transport.ts';
import { commandFor, connectionLost, notRoot, readRefusal } from './become.ts';
import { masked } from './connect.ts';
import { type Conversation, converse, type Ended, howItEnded, NO_ANSWER } from './conversation.ts';
import { listenForPrompts, startBySudo } from './sudo-password.ts';
import type { Visit } from './visit.ts';

/** The conversation with one agent, in verbs and failures instead of bytes. */
export interface Talk {
  /** Sends a verb; nothing is sent any more once the agent is given up. */
  send(verb: Verb): void;
  answer(): Promise<Result<Answer, Failure>>;
  ask(verb: Verb): Promise<Result<Answer, Failure>>;
  /** Has the conversation ended already, by whatever cause? */
  isOver(): boolean;
  finish(): Promise<void>;
}

/** How long the script lives on an agent at most, should this machine vanish without a word. */
const LIFE_MARGIN_S = 600;

/** Becomes root where the inventory says so, starts the remote script, and hears its hello. */
export async function becomeRoot(
  visit: Visit,
  session: Session,
  first: readonly Verb[],
  onCheck: (check: CheckAnswer) => void,
): Promise<Result<Talk, Failure>> {
  const { fleet, target, log, token } = visit;
  log.start('become');
  const password = becomePassword(target);
  const prompts = listenForPrompts(token);
  const ears = { check: onCheck, stderr: password === null ? () => {} : prompts.stderr };
  const started = await converse(session, commandFor(visit), token, ears);
  if (!started.ok) return err(visit.because(masked(visit, started.error)));
  const conversation = started.value;
  if (password !== null) {
    const begun = await startBySudo(visit, conversation, prompts, password);
    if (!begun.ok) return begun;
  }
  const talk = createTalk(visit, conversation, createComposer(fleet.may));
  conversation.send(
    opening(
      fleet.script,
      token,
      Math.ceil(fleet.timeoutMs / 1_000) + LIFE_MARGIN_S,
      fleet.may.includes('archive'),
    ),
  );
  // Reads and proofs go at once, behind the script: one flight for all of them.
  for (const verb of first) talk.send(verb);

  const hello = await visit.bounded(conversation.answer(), () => err(NO_ANSWER));
  if (!hello.ok) return err(visit.because(readRefusal(visit, hello.error).failure));
  const missing = hello.value.fields.get('missing') ?? '';
  const values = { host: target.host, user: target.ssh.user };
  if (missing !== 'none') {
    const reason = `it lacks ${fleet
      .say(Buffer.from(missing.slice(0, 200)))
      .replace(/^,/, '')
      .replaceAll(',', ', ')}`;
    return err(failure('SHELL_UNUSABLE', 'become', { ...values, reason }));
  }
  if (becomeWay(target) !== 'none' && hello.value.fields.get('user') !== '0')
    return err(notRoot(visit, 'not-root'));
  if (hello.value.fields.get('work') === 'none') {
    const reason = 'no folder of /run, /dev/shm, /tmp, /var/tmp and the home folder takes 256 KiB';
    return err(failure('NO_SPACE', 'become', { ...values, path: '/run', reason }));
  }
  log.end('become', 'ok');
  return ok(talk);
}

function createTalk(visit: Visit, conversation: Conversation, composer: Composer): Talk {
  const talk: Talk = {
    send(verb) {
      if (!visit.signal.aborted) conversation.send(composer.compose(verb));
    },
    async answer() {
      const answer = await visit.bounded(conversation.answer(), () => err(NO_ANSWER));
      return answer.ok ? answer : err(visit.because(cutOff(visit, answer.error)));
    },
    ask(verb) {
      talk.send(verb);
      return talk.answer();
    },
    isOver: () => visit.signal.aborted || conversation.isOver(),
    finish: () => conversation.finish(),
  };
  return talk;
}

function cutOff(visit: Visit, ended: Ended): Failure {
  const { target, fleet, log } = visit;
  const { completed } = ended;
  if (completed.kind === 'lost') return connectionLost(visit, completed);
  const how = howItEnded(completed);
  const detail = fleet.say(ended.stderr) || fleet.say(Buffer.from(ended.noise));
  return failure(
    'REMOTE_PROTOCOL',
    log.current,
    { host: target.host, reason: `the session ended with ${how} in the middle` },
    detail,
  );
}
