import type { Report } from '../domain/report.ts';
import type { Lab } from '../lab/lab.ts';
import { compareWithScript } from '../lab/script.ts';
import { storyAfter, storyBefore, storyBeforeCheck, storyUp } from '../lab/story.ts';

/** What `lab` needs of the world. */
export interface LabPorts {
  readonly start: () => Promise<Lab>;
  /** Runs `node-prep run` or `check` on the lab's inventory, as on any other. */
  readonly run: (inventoryFile: string) => Promise<Report | null>;
  /** Prints lines for a person: never on the standard output of a run whose result is data. */
  readonly say: (lines: readonly string[]) => void;
  /** Resolves at the operator's first interruption, with the exit code that it means. */
  readonly untilInterrupted: () => Promise<number>;
}

/** `node-prep lab run`: a whole run on the practice fleet; 0 when the fleet behaved as scripted. */
export function labRun(agents: number, ports: LabPorts): Promise<number> {
  return practise(agents, storyBefore(agents), ports);
}

/** `node-prep lab check`: a check of a prepared fleet with one fault of each kind; 0 when each was found. */
export function labCheck(agents: number, ports: LabPorts): Promise<number> {
  return practise(agents, storyBeforeCheck(agents), ports);
}

function practise(agents: number, story: readonly string[], ports: LabPorts): Promise<number> {
  return withLab(ports, async (lab) => {
    ports.say([...story, '']);
    const report = await ports.run(lab.inventoryFile);
    if (report === null) return 1;
    if (report.exitCode === 130 || report.exitCode === 143) return report.exitCode;
    const archives = await lab.listArchives();
    const deviations = compareWithScript(report, lab.expected);
    ports.say([
      '',
      ...storyAfter({ archives, agents, expected: lab.expected, misbehaving: lab.misbehaving, deviations }),
    ]);
    return deviations.length === 0 ? 0 : 1;
  });
}

/** `node-prep lab up`: the practice fleet stays until Ctrl-C, and the exit code says that it was ended so. */
export function labUp(agents: number, ports: LabPorts): Promise<number> {
  return withLab(ports, (lab, interrupted) => {
    ports.say(storyUp(lab, agents));
    return interrupted;
  });
}

/** Works on a fleet, and stops it whatever happens. Interrupted while the fleet starts, the work is left out. */
async function withLab(
  ports: LabPorts,
  work: (lab: Lab, interrupted: Promise<number>) => Promise<number>,
): Promise<number> {
  // Listened for from the start: with nobody listening, Ctrl-C would end the program in the middle of it.
  const interrupted = ports.untilInterrupted();
  let early = null as number | null;
  void interrupted.then((code) => {
    early = code;
  });
  const lab = await ports.start();
  try {
    return early ?? (await work(lab, interrupted));
  } finally {
    await lab.stop();
  }
}
