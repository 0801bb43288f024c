import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SshSettings } from '../../src/domain/target.ts';
import { createSshConfigFiles } from '../../src/files/ssh-config-files.ts';
import type { Setting, SshConfig, Where } from '../../src/ssh-config/config.ts';
import { jumpName, parseJumps } from '../../src/ssh-config/jump-spec.ts';
import { loadSshConfig } from '../../src/ssh-config/load.ts';
import { lookUp } from '../../src/ssh-config/look-up.ts';
import { createReach } from '../../src/ssh-config/reach.ts';
import { switchValue } from '../../src/ssh-config/values.ts';
import { UNDER_CI } from '../support/skipped.ts';
import { makeTarget } from '../support/ssh-target.ts';
import { whereIs } from '../support/where-is.ts';
import { REFUSED, STANZAS } from './stanzas.ts';

const NO_SSH = !UNDER_CI && whereIs('ssh') === null;

const { username, uid, homedir } = userInfo();
const ENV: Record<string, string> = { HOME: homedir, LANG: 'C', PATH: process.env.PATH ?? '' };
const folder = mkdtempSync(join(tmpdir(), 'ssh-config-'));
let files: Awaited<ReturnType<typeof createSshConfigFiles>>;
let where: Where;

beforeAll(async () => {
  files = await createSshConfigFiles(uid);
  where = {
    ...{ home: homedir, user: username, uid, hostname: hostname(), directory: folder },
    ...{ env: (name) => ENV[name], homeOf: files.homeOf },
  };
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a configuration into a folder of its own; its file. */
function write(text: string, more: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(folder, 'c-'));
  for (const [name, content] of Object.entries({ config: text, ...more })) {
    writeFileSync(join(directory, name), content.replaceAll('@DIR@', directory));
    chmodSync(join(directory, name), 0o600);
  }
  return join(directory, 'config');
}

const KEYWORDS = [
  ...[
    'hostname',
    'port',
    'user',
    'identityfile',
    'identitiesonly',
    'certificatefile',
    'proxyjump',
    'proxycommand',
  ],
  ...[
    'userknownhostsfile',
    'globalknownhostsfile',
    'hostkeyalias',
    'stricthostkeychecking',
    'connecttimeout',
  ],
  'serveraliveinterval',
];

/** What `ssh -G` says, keyword by keyword. */
function askSsh(file: string, host: string, more: readonly string[]): Record<string, readonly string[]> {
  const stdout = execFileSync('ssh', ['-G', '-F', file, ...more, '--', host], {
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const said: Record<string, string[]> = {};
  for (const line of stdout.split('\n')) {
    const [, keyword = '', value = ''] = /^(\S+) (.*)$/s.exec(line) ?? [];
    if (!KEYWORDS.includes(keyword) || value === 'none') continue;
    if (keyword === 'connecttimeout' && value === '0') continue;
    said[keyword] = [...(said[keyword] ?? []), value];
  }
  return said;
}

const DEFAULT_KEYS = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'].map(
  (type) => `~/.ssh/id_${type}`,
);

/** The same from this program: the answer of ssh_config, and what becomes of a target under it. */
function askUs(config: SshConfig, host: string, written: SshSettings): Record<string, readonly string[]> {
  const { hop, complaints } = createReach(
    config,
    where,
  )({
    ...makeTarget(host, written.port ?? 22, {
      ...{ written, user: written.user ?? username, connectTimeoutMs: 0, keepAliveMs: 0 },
      knownHosts: [join(homedir, '.ssh/known_hosts'), join(homedir, '.ssh/known_hosts2')],
      globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    }),
  });
  expect(complaints.filter(({ code }) => code === 'SSH_CONFIG_INVALID')).toEqual([]);
  const answer = lookUp(config, { host, user: written.user ?? null, wayGiven: false }, where);
  const seconds = (ms: number) => (ms === 0 ? [] : [String(ms / 1_000)]);
  const first = (settings: readonly Setting[]) => settings.map(({ args: [word = ''] }) => word);
  const jumps = answer.proxy?.keyword === 'proxyjump' ? parseJumps(answer.proxy.rest) : [];
  const command = answer.proxy?.keyword === 'proxycommand' ? answer.proxy.rest : 'none';
  const strict = answer.settings.get('stricthostkeychecking');
  const said: Record<string, readonly string[]> = {
    hostname: [hop.ssh.address],
    port: [String(hop.port)],
    user: [hop.ssh.user],
    identityfile: answer.identityFiles.length === 0 ? DEFAULT_KEYS : first(answer.identityFiles),
    identitiesonly: [hop.ssh.identitiesOnly ? 'yes' : 'no'],
    certificatefile: first(answer.certificateFiles),
    proxyjump: [(jumps ?? []).map(jumpName).join(',')],
    proxycommand: [command],
    userknownhostsfile: [hop.ssh.knownHosts.join(' ')],
    globalknownhostsfile: [hop.ssh.globalKnownHosts.join(' ')],
    hostkeyalias: [hop.ssh.hostKeyAlias ?? ''],
    stricthostkeychecking: [(strict === undefined ? null : switchValue(strict)) ?? 'ask'],
    connecttimeout: seconds(hop.ssh.connectTimeoutMs),
    serveraliveinterval: seconds(hop.ssh.keepAliveMs),
  };
  return Object.fromEntries(
    Object.entries(said)
      .map(
        ([keyword, values]) => [keyword, values.filter((value) => value !== '' && value !== 'none')] as const,
      )
      .filter(([, values]) => values.length > 0),
  );
}

/** ssh has other words for some values. */
function alike(said: Record<string, readonly string[]>): Record<string, readonly string[]> {
  const {
    stricthostkeychecking: [strict = ''] = [],
    serveraliveinterval: [alive = '0'] = [],
    ...rest
  } = said;
  const word = ({ true: 'yes', false: 'no', off: 'no' } as Record<string, string>)[strict] ?? strict;
  return { ...rest, stricthostkeychecking: [word], serveraliveinterval: [alive] };
}

async function load(file: string): Promise<SshConfig> {
  const config = await loadSshConfig(file, files, where);
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return config.value;
}

describe.skipIf(NO_SSH)('ssh -G and this program agree', () => {
  test('there are enough stanzas to tell', () => {
    expect(STANZAS.length + REFUSED.length).toBeGreaterThanOrEqual(80);
  });

  test.each(STANZAS.map((stanza) => [stanza.what, stanza] as const))('on %s', async (_, stanza) => {
    const file = write(stanza.text, stanza.files);
    const config = await load(file);
    const { user, port } = stanza;
    const more = [
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', `${port}`]),
    ];
    const written = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
    for (const host of stanza.hosts) {
      const ours = alike(askUs(config, host, written));
      expect({ host, ...ours }).toEqual({ host, ...alike(askSsh(file, host, more)) });
    }
  });

  test.each(REFUSED.map((refused) => [refused.what, refused] as const))(
    'that they refuse %s',
    async (_, { text, files: more = {} }) => {
      const file = write(text, more);
      const { status } = spawnSync('ssh', ['-G', '-F', file, 'web'], { env: ENV, stdio: 'ignore' });
      expect(status).toBe(255);
      const config = await loadSshConfig(file, files, where);
      const complaints = config.ok ? createReach(config.value, where)(makeTarget('web', 22)).complaints : [];
      const codes = [...(config.ok ? [] : config.error), ...complaints].map(({ code }) => code);
      expect(codes).toContain('SSH_CONFIG_INVALID');
    },
  );
});
