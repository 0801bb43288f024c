import type { FleetRequest, Request } from '../domain/request.ts';
import { checkRequest } from './check-request.ts';
import type { CommandSpec } from './command.ts';
import { OUTPUT_FORMATS, PAGE_FORMATS } from './flags.ts';
import type { FlagReader } from './values.ts';

/** What a command's words amount to; `operands` have been counted, the reader collects what is wrong with values. */
type Build = (flags: FlagReader, operands: readonly string[]) => Request;

const BUILDERS: Readonly<Record<Request['command'], Build>> = {
  run: (flags, [inventory = '']) => ({
    ...fleetRequest(flags, inventory),
    command: 'run',
    dryRun: flags.given('--dry-run'),
    dropOtherRegistries: flags.given('--drop-other-registries'),
  }),
  check: (flags, [inventory = '']) => checkRequest(fleetRequest(flags, inventory), flags),
  hosts: (flags, [inventory = '']) => ({
    command: 'hosts',
    inventory,
    limit: flags.list('--limit'),
    exclude: flags.list('--exclude'),
    output: flags.choice('--output', PAGE_FORMATS),
  }),
  history: (flags, [runId = null]) => ({
    command: 'history',
    runId,
    limit: flags.count('--last'),
    output: flags.choice('--output', PAGE_FORMATS),
  }),
  init: (flags, hosts) => ({
    command: 'init',
    hosts,
    file: flags.text('--file') ?? '',
    force: flags.given('--force'),
  }),
  schema: () => ({ command: 'schema' }),
  completion: (_, [shell]) => ({ command: 'completion', shell: oneOf(['bash', 'zsh', 'fish'], shell) }),
  lab: (flags, [action]) => ({
    command: 'lab',
    action: oneOf(['run', 'check', 'up'], action),
    agents: flags.count('--agents'),
    output: flags.choice('--output', OUTPUT_FORMATS),
    color: !flags.given('--no-color'),
  }),
};

/** The flags that `run` and `check` share. */
function fleetRequest(flags: FlagReader, inventory: string): FleetRequest {
  return {
    inventory,
    limit: flags.list('--limit'),
    exclude: flags.list('--exclude'),
    concurrency: flags.count('--concurrency'),
    handshakes: flags.count('--handshakes'),
    logins: flags.count('--logins'),
    timeoutMs: flags.duration('--timeout'),
    maxFailures: flags.maxFailures('--max-failures'),
    output: flags.choice('--output', OUTPUT_FORMATS),
    report: flags.text('--report'),
    resume: flags.given('--resume'),
    verbose: flags.given('--verbose'),
    color: !flags.given('--no-color'),
  };
}

/** Builds the Request of one command. */
export function buildRequest(spec: CommandSpec, flags: FlagReader, operands: readonly string[]): Request {
  return BUILDERS[spec.name](flags, operands);
}

/** The operands were checked against the table's choices before; the first is a stand-in beside a problem. */
function oneOf<T extends string>(choices: readonly [T, ...T[]], word: string | undefined): T {
  return choices.find((choice) => choice === word) ?? choices[0];
}
