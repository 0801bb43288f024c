import type { RunEvent, WaitReason } from '../domain/event.ts';
import type { AgentOutcome } from '../domain/outcome.ts';
import { STEP_IDS, type StepId } from '../errors/failure.ts';
import { type Job, jobOf } from './job.ts';
import { longestName } from './live-text.ts';

/** One agent as the live view knows it. `since` is when its work began, in the clock of `advance`. */
export interface AgentProgress {
  readonly name: string;
  since: number;
  step: StepId | null;
  waiting: WaitReason | null;
  /** The steps that went well; once one failed, no more are added. */
  readonly passed: Set<StepId>;
  failed: boolean;
  outcome: AgentOutcome | null;
}

/** Where a run stands: changed in place by `advance`, because a thousand agents send many events. */
export interface Progress {
  job: Job;
  startedAt: number;
  total: number;
  readonly agents: Map<string, AgentProgress>;
  /** In columns. */
  longestName: number;
  /** Agents at work, the longest at it first. */
  readonly working: Map<string, AgentProgress>;
  readonly done: { ok: number; failed: number; unreachable: number; 'not-attempted': number };
  /** Per step: agents that passed it, and agents that failed before they did. */
  readonly steps: Record<StepId, { passed: number; out: number }>;
  /** Agents that failed or could not be reached, in the order in which they did; only the last ones are kept. */
  readonly troubled: AgentOutcome[];
  notice: string | null;
}

const TROUBLED_KEPT = 100;

/** Nothing has happened yet. */
export function createProgress(): Progress {
  const none = () => ({ passed: 0, out: 0 });
  return {
    job: 'run',
    startedAt: 0,
    total: 0,
    agents: new Map(),
    longestName: 0,
    working: new Map(),
    done: { ok: 0, failed: 0, unreachable: 0, 'not-attempted': 0 },
    steps: { connect: none(), become: none(), login: none(), pack: none(), install: none(), verify: none() },
    troubled: [],
    notice: null,
  };
}

/** Takes one event in; `now` is any clock in milliseconds. Events of unknown agents change nothing. */
export function advance(progress: Progress, event: RunEvent, now: number): void {
  switch (event.type) {
    case 'run-started':
      progress.job = jobOf(event);
      progress.startedAt = now;
      progress.total = event.agents.length;
      progress.longestName = longestName(event.agents);
      for (const { name } of event.agents) {
        progress.agents.set(name, {
          name,
          since: now,
          step: null,
          waiting: null,
          passed: new Set(),
          failed: false,
          outcome: null,
        });
      }
      return;
    case 'agent-finished':
      finish(progress, event.outcome);
      return;
    case 'interrupted':
      progress.notice = event.message;
      return;
    case 'agent-started':
    case 'agent-waiting':
    case 'step-started':
    case 'step-finished': {
      const agent = progress.agents.get(event.agent);
      if (agent !== undefined && agent.outcome === null) work(progress, agent, event, now);
      return;
    }
    default:
      return;
  }
}

type WorkEvent = Extract<
  RunEvent,
  { type: 'agent-started' | 'agent-waiting' | 'step-started' | 'step-finished' }
>;

function work(progress: Progress, agent: AgentProgress, event: WorkEvent, now: number): void {
  if (!progress.working.has(agent.name)) {
    agent.since = now;
    progress.working.set(agent.name, agent);
  }
  agent.waiting = event.type === 'agent-waiting' ? event.for : null;
  if (event.type === 'step-started') agent.step = event.step;
  if (event.type !== 'step-finished' || agent.failed) return;
  // What comes after a failed step is skipped, which is not passed.
  if (event.status === 'failed') {
    agent.failed = true;
    return;
  }
  pass(progress, agent, event.step);
}

function pass(progress: Progress, agent: AgentProgress, step: StepId): void {
  if (agent.passed.has(step)) return;
  agent.passed.add(step);
  progress.steps[step].passed += 1;
}

function finish(progress: Progress, outcome: AgentOutcome): void {
  progress.done[outcome.status] += 1;
  progress.working.delete(outcome.name);
  const agent = progress.agents.get(outcome.name);
  if (agent !== undefined) {
    agent.outcome = outcome;
    for (const step of STEP_IDS) {
      if (outcome.status === 'ok') pass(progress, agent, step);
      else if (outcome.status !== 'not-attempted' && !agent.passed.has(step)) progress.steps[step].out += 1;
    }
  }
  if (outcome.status === 'failed' || outcome.status === 'unreachable') {
    progress.troubled.push(outcome);
    if (progress.troubled.length > TROUBLED_KEPT) progress.troubled.shift();
  }
}
