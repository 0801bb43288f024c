import { Listr, type ListrRendererFactory, type ListrTask, type ListrTaskObject, Spinner } from 'listr2';
import { writeSummary } from './lines.ts';
import { blockKeys, createFrame } from './live-frame.ts';
import { advance, createProgress } from './live-progress.ts';
import { createScreen, type Screen } from './live-screen.ts';
import type { Output, OutputStyle, Streams } from './output.ts';
import { painter, styleFor } from './paint.ts';

const FRAME_MS = 100;

type Tasks = readonly ListrTaskObject<unknown, ListrRendererFactory>[];

/**
 * The live view: listr2 as a view over events, on standard error, which must be a terminal; then the summary on
 * standard output. Each block of a frame (an agent's line, a step's bar, the failures, the agents at work) is a
 * listr task: its title is the block's first line, its output the others. The engine knows nothing of it.
 */
export function createLive(streams: Streams, style: OutputStyle): Output {
  const progress = createProgress();
  const frame = createFrame(painter(styleFor(streams.stderr, style).color));
  const screen = createScreen(streams.stderr);
  const spinner = new Spinner();
  const ended = Promise.withResolvers<void>();
  let run: Promise<unknown> = Promise.resolve();
  let keys: string[] = [];

  // Events only move numbers; what is seen is worked out here, once a frame, from where the run stands.
  const update = (tasks: Tasks) => {
    spinner.spin();
    const blocks = new Map(
      frame(progress, screen.size(), performance.now(), spinner.fetch()).map(({ key, lines }) => [
        key,
        lines,
      ]),
    );
    for (const [index, key] of keys.entries()) setLines(tasks[index], blocks.get(key) ?? []);
  };

  const start = () => {
    keys = blockKeys(progress);
    const tasks: ListrTask[] = keys.map((key) => ({ title: key, task: () => ended.promise }));
    run = new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      // Signals are main's: listr2 would end the process with 127, in the middle of what the agents are doing.
      registerSignalListeners: false,
      renderer: WindowRenderer,
      rendererOptions: { screen, update },
    }).run();
  };

  const stop = () => {
    screen.close();
    ended.resolve();
  };

  return {
    event(event) {
      advance(progress, event, performance.now());
      if (event.type === 'run-started' && progress.total > 0) start();
      if (event.type !== 'report') return;
      stop();
      writeSummary(event.report, streams.stdout, style);
    },
    async close() {
      stop();
      await run;
    },
  };
}

/**
 * Draws listr2's tasks into the window. Its own default renderer cannot be used: it writes to standard output,
 * hides the cursor and registers exit handlers on the process's own streams (log-update, cli-cursor), takes over
 * `write`, draws again at every change of a task, which for a thousand agents is thousands of times a second, and
 * wraps or cuts what does not fit instead of choosing what matters.
 */
class WindowRenderer {
  // Without this listr2 falls back to another renderer whenever standard *output* is not a terminal.
  static nonTTY = true;
  static rendererOptions: { readonly screen: Screen; readonly update: (tasks: Tasks) => void };
  static rendererTaskOptions: Record<never, never>;
  readonly #tasks: Tasks;
  readonly #options: typeof WindowRenderer.rendererOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(tasks: Tasks, options: typeof WindowRenderer.rendererOptions) {
    this.#tasks = tasks;
    this.#options = options;
  }

  render(): void {
    this.#draw();
    // The view alone keeps no process alive.
    this.#timer = setInterval(() => this.#draw(), FRAME_MS).unref();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#options.screen.close();
  }

  #draw(): void {
    this.#options.update(this.#tasks);
    this.#options.screen.draw(this.#tasks.flatMap(linesOf));
  }
}

// A task without lines has no title, which is what listr2 calls hidden.
function setLines(task: Tasks[number] | undefined, [title, ...others]: readonly string[]): void {
  if (task === undefined) return;
  if (title === undefined) task.titleReset$ = undefined;
  else task.title$ = title;
  if (others.length === 0) task.outputReset$ = null;
  else task.output$ = others.join('\n');
}

function linesOf({ title, output }: Tasks[number]): string[] {
  if (title === undefined) return [];
  return typeof output === 'string' ? [title, ...output.split('\n')] : [title];
}
