import { z } from 'zod';
import { parseDuration } from '../lib/duration.ts';
import { ABOUT } from './about.ts';
import { DOAS_PASSWORD, proxyJumpRule, userRule } from './login-rules.ts';
import * as rules from './rules.ts';
import type { Word } from './words.ts';

// A schema's own message is a key of EXPECTED (words.ts); a broken rule brings its words along.
const because = (error: Word) => ({ error });
const about = (key: keyof typeof ABOUT, more: z.core.GlobalMeta = {}) => ({
  description: ABOUT[key],
  ...more,
});

function text(word: Word, rule: rules.Rule) {
  return z.string(because(word)).superRefine((value, context) => {
    const words = rule(value);
    if (words !== null)
      context.addIssue({ code: 'custom', message: words.message, params: { hint: words.hint } });
  });
}

function oneOf<const Values extends readonly [string, ...string[]]>(word: Word, values: Values) {
  return z.enum(values, because(word));
}

function duration(key: 'timeout' | 'connectTimeout') {
  const written = text('duration', rules.durationRule).meta(
    about(key, { pattern: '^[0-9]{1,9}(ms|s|m|h)$' }),
  );
  return written.transform((value) => parseDuration(value) ?? 0);
}

const file = text('file', rules.fileRule).meta(about('file'));
const argument = text('secret', rules.argumentRule);

const secret = z
  .union(
    [
      z.strictObject({ env: text('secret', rules.environmentRule).meta(about('env')) }),
      z.strictObject({ file: file.meta(about('secretFile')) }),
      z.strictObject({ exec: z.array(argument).min(1, because('secret')).meta(about('exec')) }),
      z.strictObject({ prompt: text('secret', rules.promptRule).meta(about('prompt')) }),
    ],
    because('secret'),
  )
  .meta(about('secret'));

const registry = z.strictObject(
  {
    username: text('username', rules.usernameRule).meta(about('username', { pattern: '^[^:]+$' })),
    password: secret,
    proof: oneOf('proof', ['agent', 'once']).meta(about('proof')).optional(),
  },
  because('registry'),
);

const archive = z.strictObject(
  {
    path: text('path', rules.archivePathRule)
      .meta(about('path', { pattern: '^/' }))
      .optional(),
    owner: text('owner', rules.ownerRule).meta(about('owner')).optional(),
    group: text('owner', rules.ownerRule).meta(about('group')).optional(),
    mode: text('mode', rules.modeRule)
      .meta(about('mode', { pattern: '^0?[0246]{3}$' }))
      .transform((value) => Number.parseInt(value, 8))
      .optional(),
  },
  because('archive'),
);

const check = z.strictObject(
  {
    id: text('id', rules.checkIdRule).meta(about('id', { pattern: '^[a-z0-9][a-z0-9_-]*$' })),
    command: text('command', rules.commandRule).meta(about('command')),
    expect: oneOf('expect', ['pass', 'runnable']).meta(about('expect')).optional(),
    timeout: duration('timeout').optional(),
  },
  because('check'),
);

const ssh = z.strictObject(
  {
    user: text('user', userRule).meta(about('user')).optional(),
    port: z
      .int(because('port'))
      .min(1, because('port'))
      .max(65_535, because('port'))
      .meta(about('port'))
      .optional(),
    identityFiles: z.array(file, because('identityFiles')).meta(about('identityFiles')).optional(),
    password: secret.optional(),
    hostKeys: oneOf('hostKeys', ['strict', 'accept-new']).meta(about('hostKeys')).optional(),
    knownHosts: z.array(file, because('knownHosts')).meta(about('knownHosts')).optional(),
    connectTimeout: duration('connectTimeout').optional(),
    proxyJump: text('proxyJump', proxyJumpRule).meta(about('proxyJump')).optional(),
    configFile: text('configFile', rules.fileRule).meta(about('configFile')).optional(),
    transport: oneOf('transport', ['ssh2', 'openssh', 'local']).meta(about('transport')).optional(),
  },
  because('ssh'),
);

const become = z
  .strictObject(
    {
      method: oneOf('method', ['auto', 'none', 'sudo', 'doas']).meta(about('method')).optional(),
      password: secret.optional(),
    },
    because('become'),
  )
  .superRefine(({ method, password }, context) => {
    if (method !== 'doas' || password === undefined) return;
    const { message, hint } = DOAS_PASSWORD;
    context.addIssue({ code: 'custom', path: ['method'], message, params: { hint } });
  });

const marathon = z.strictObject(
  {
    token: secret.optional(),
    caFile: file.meta(about('caFile')).optional(),
  },
  because('marathon'),
);

const shared = {
  archive: archive.meta(about('archive')).optional(),
  checks: z
    .array(check.meta(about('check')), because('checks'))
    .meta(about('checks'))
    .optional(),
  ssh: ssh.meta(about('ssh')).optional(),
  become: become.meta(about('become')).optional(),
};

const registryKeys = z
  .array(z.string(because('registryKey')), because('registries'))
  .min(1, because('registries'));
const own = { ...shared, registries: registryKeys.meta(about('registryKeys')).optional() };

const agent = z.strictObject(
  {
    host: z.string(because('host')).meta(about('host')),
    name: text('name', rules.agentNameRule).meta(about('name')).optional(),
    ...own,
  },
  because('agent'),
);

const agents = z
  .array(z.union([z.string().meta(about('hosts')), agent.meta(about('agent'))]))
  .meta(about('agents'));
const group = z.strictObject({ ...own, agents });
const inventory = z.strictObject({
  registries: z
    .record(z.string(), registry.meta(about('registry')))
    .meta(about('registries', { minProperties: 1 })),
  ...shared,
  marathon: marathon.meta(about('marathon')).optional(),
  agents: agents.optional(),
  groups: z.record(z.string(), group).meta(about('groups')).optional(),
});

/**
 * What is read part by part, so that a broken part hides no other. What has parts of its own (`registries` and
 * `agents` of the top, `agents` of a group) is left out: those are read one by one.
 */
export const PARTS = {
  top: z.strictObject({ ...shared, marathon: marathon.optional() }, because('inventory')),
  group: z.strictObject(own, because('group')),
  agent,
  registry,
} as const;

export type PartName = keyof typeof PARTS;

/** What a good part holds: durations in milliseconds, modes as numbers, all else as written. */
export type Part<Name extends PartName> = z.output<(typeof PARTS)[Name]>;

/** A reference to a secret as written: its paths are not resolved yet. */
export type WrittenSecret = z.output<typeof secret>;

/** The keys that each mapping knows. */
export const KNOWN_KEYS = {
  top: Object.keys(inventory.shape),
  group: Object.keys(group.shape),
  agent: Object.keys(agent.shape),
  registry: Object.keys(registry.shape),
  archive: Object.keys(archive.shape),
  checks: Object.keys(check.shape),
  ssh: Object.keys(ssh.shape),
  become: Object.keys(become.shape),
  marathon: Object.keys(marathon.shape),
} as const;

/** The JSON Schema (2020-12) of an inventory, with only what is built, for editors and `node-prep schema`. */
export function inventoryJsonSchema(): object {
  const described = inventory.meta(about('inventory', { title: 'node-prep inventory' }));
  return z.toJSONSchema(described, { io: 'input', target: 'draft-2020-12' });
}
