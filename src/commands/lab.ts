import type { Report } from '../domain/report.ts';
import type { Lab } from '../lab/lab.ts';
import { compareWithScript } from '../lab/script.ts';
import { storyAfter, storyBefore, storyUp } from '../lab/story.ts';

/** What `lab` needs of the world. */
export interface LabPorts {
  readonly start: () => Promise<Lab>;
  /** Runs `node-prep run` on the lab's inventory, as on any other. */
  readonly run: (inventoryFile: string) => Promise<Report | null>;
  /** Prints lines for a person: never on the standard output of a run whose result is data. */
  readonly say: (lines: readonly string[]) => void;
  readonly untilInterrupted: () => Promise<number>;
}

/** `node-prep lab run`: a whole run on the practice fleet; 0 when the fleet behaved as scripted. */
export async function labRun(agents: number, ports: LabPorts): Promise<number> {
  const lab = await ports.start();
  try {
    ports.say([...storyBefore(agents), '']);
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
  } finally {
    await lab.stop();
  }
}

/** `node-prep lab up`: the practice fleet stays until Ctrl-C. */
export async function labUp(agents: number, ports: LabPorts): Promise<number> {
  const lab = await ports.start();
  try {
    ports.say(storyUp(lab, agents));
    await ports.untilInterrupted();
    return 0;
  } finally {
    await lab.stop();
  }
}
