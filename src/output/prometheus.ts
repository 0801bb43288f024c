import type { Report } from '../domain/report.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/**
 * A report as Prometheus' text format, for node_exporter's textfile collector. Every sample names its command and its
 * inventory, so that the files of several may lie in one folder.
 */
export function prometheusText(report: Report): string {
  const common = { command: report.command, inventory: report.inventory };
  return metricsOf(report)
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}\n`,
      `# TYPE ${name} gauge\n`,
      ...samples.map(([labels, value]) => `${name}${labelText({ ...common, ...labels })} ${value}\n`),
    ])
    .join('');
}

function metricsOf(report: Report): readonly Metric[] {
  const { totals, agents, findings, generation } = report;
  const finished = Date.parse(report.finishedAt) / 1_000;
  const took = finished - Date.parse(report.startedAt) / 1_000;
  const archives = agents.flatMap(({ name, archive }) =>
    archive === undefined ? [] : [{ agent: name, ...archive }],
  );
  return [
    {
      name: 'node_prep_run_ok',
      help: 'Whether the last run ended with every targeted agent good (1) or not (0).',
      samples: [[{}, Number(report.ok)]],
    },
    {
      name: 'node_prep_run_exit_code',
      help: 'Exit code of the last run.',
      samples: [[{}, report.exitCode]],
    },
    {
      name: 'node_prep_run_timestamp_seconds',
      help: 'When the last run ended, in seconds since 1970.',
      samples: finite([{}, finished]),
    },
    {
      name: 'node_prep_run_duration_seconds',
      help: 'How long the last run took.',
      samples: finite([{}, took]),
    },
    {
      name: 'node_prep_generation_info',
      help: "The generation of the inventory's credential, where the last run had its secrets; always 1.",
      samples: generation === null ? [] : [[{ generation }, 1]],
    },
    {
      name: 'node_prep_agents',
      help: 'Targeted agents, by what became of them.',
      samples: [
        [{ status: 'ok' }, totals.ok],
        [{ status: 'failed' }, totals.failed],
        [{ status: 'unreachable' }, totals.unreachable],
        [{ status: 'not-attempted' }, totals.notAttempted],
      ],
    },
    {
      name: 'node_prep_findings',
      help: 'Problems of the app, by severity, where an app was checked.',
      samples: (['error', 'warning'] as const).flatMap((severity): readonly Sample[] =>
        findings === undefined
          ? []
          : [[{ severity }, findings.filter((one) => one.severity === severity).length]],
      ),
    },
    {
      name: 'node_prep_agents_by_generation',
      help: 'Targeted agents, by the generation that their archive holds; unknown where none was read.',
      samples: [...Map.groupBy(agents, ({ archive }) => archive?.generation ?? 'unknown')]
        .map(([name, those]): Sample => [{ generation: name }, those.length])
        .sort(([one], [other]) => (String(one.generation) < String(other.generation) ? -1 : 1)),
    },
    {
      name: 'node_prep_agent_ok',
      help: 'Whether this agent was good in the last run (1) or not (0).',
      samples: agents.map(({ name, group, status }): Sample => {
        return [{ agent: name, group: group ?? '' }, Number(status === 'ok')];
      }),
    },
    {
      name: 'node_prep_archive_age_seconds',
      help: "How old the agent's archive was when it was looked at, by the agent's clock.",
      samples: archives.flatMap(({ agent, ageSeconds }): readonly Sample[] =>
        ageSeconds === null ? [] : finite([{ agent }, ageSeconds]),
      ),
    },
    {
      name: 'node_prep_credential_expiry_timestamp_seconds',
      help: "When the first of the credentials in the agent's archive ends, where one says so.",
      samples: archives.flatMap(({ agent, expiresAt }): readonly Sample[] =>
        expiresAt === null ? [] : finite([{ agent }, Date.parse(expiresAt) / 1_000]),
      ),
    },
  ];
}

function finite(sample: Sample): readonly Sample[] {
  return Number.isFinite(sample[1]) ? [sample] : [];
}

/** prometheus.io/docs/instrumenting/exposition_formats: three characters are escaped in the value of a label. */
function labelText(labels: Labels): string {
  const list = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return `{${list.join(',')}}`;
}
