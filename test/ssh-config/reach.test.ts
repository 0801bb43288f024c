import { describe, expect, test } from 'vitest';
import type { SshSettings, SshSpec } from '../../src/domain/target.ts';
import { createReach } from '../../src/ssh-config/reach.ts';
import { configOf, hopOf, reach, variable, WHERE, way } from './reading.ts';

const codes = ({ complaints }: { complaints: readonly { code: string }[] }) =>
  complaints.map(({ code }) => code);

describe('ssh_config fills what the inventory leaves out', () => {
  test.each<[string, string, Partial<SshSpec>]>([
    ['HostName', 'HostName %h.example.COM', { address: 'web.example.com' }],
    ['User', 'User core', { user: 'core' }],
    ['HostKeyAlias', 'HostKeyAlias Web', { hostKeyAlias: 'web' }],
    [
      'IdentityFile',
      'IdentityFile ~/a\nIdentityFile ~ann/b\nIdentityFile c',
      { identityFiles: ['/home/op/a', '/home/ann/b', '/srv/c'], identityFilesExplicit: false },
    ],
    [
      'IdentityFile with tokens',
      'User u\nPort 3\nIdentityFile ~/%h-%n-%p-%r-%u-%L-%l-%i-%%',
      { identityFiles: ['/home/op/web-web-3-u-op-desk-desk.example.com-1000-%'] },
    ],
    [
      'IdentityFile with the environment',
      `IdentityFile ${variable('KEYS')}/k`,
      { identityFiles: ['/keys/k'] },
    ],
    ['IdentityFile none', 'IdentityFile none', { identityFiles: [] }],
    ['IdentitiesOnly', 'IdentitiesOnly yes', { identitiesOnly: true }],
    [
      'CertificateFile',
      'CertificateFile %d/c-cert.pub\nCertificateFile none',
      { certificateFiles: ['/home/op/c-cert.pub'] },
    ],
    [
      'UserKnownHostsFile',
      'UserKnownHostsFile ~/a ~/b',
      { knownHosts: ['/home/op/a', '/home/op/b'], globalKnownHosts: ['/etc/ssh/ssh_known_hosts'] },
    ],
    [
      'GlobalKnownHostsFile',
      'GlobalKnownHostsFile none',
      { globalKnownHosts: [], knownHosts: ['/home/op/.ssh/known_hosts'] },
    ],
    ['ConnectTimeout', 'ConnectTimeout 1m', { connectTimeoutMs: 60_000 }],
    ['ConnectTimeout 0, which ssh takes for none', 'ConnectTimeout 0', { connectTimeoutMs: 10_000 }],
    ['ServerAliveInterval', 'ServerAliveInterval 60', { keepAliveMs: 60_000 }],
    ['ServerAliveInterval 0, which is no reason to hang', 'ServerAliveInterval 0', { keepAliveMs: 15_000 }],
  ])('%s', async (_, text, spec) => {
    const reached = await reach(text, 'web');
    expect(reached.hop.ssh).toMatchObject(spec);
    expect(reached.complaints).toEqual([]);
  });

  test('Port', async () => {
    expect((await reach('Port 2222', 'web')).hop.port).toBe(2222);
  });

  test('without a configuration only addresses change: ssh takes names in lower case', () => {
    const hop = hopOf('WEB.example');
    const reached = createReach(null, WHERE)(hop);
    expect(reached).toEqual({ hop: { ...hop, ssh: { ...hop.ssh, address: 'web.example' } }, complaints: [] });
  });
});

describe('the inventory wins', () => {
  test.each<[string, SshSettings, string, Partial<SshSpec>]>([
    [
      'its user',
      { user: 'core' },
      'User other\nMatch user core\nHostKeyAlias c',
      { user: 'core', hostKeyAlias: 'c' },
    ],
    [
      'its identity files',
      { identityFiles: ['/k'] },
      'IdentityFile ~/a',
      { identityFiles: ['/k'], identityFilesExplicit: true },
    ],
    [
      'its known_hosts',
      { knownHosts: ['/k'] },
      'UserKnownHostsFile ~/a\nGlobalKnownHostsFile /g',
      { knownHosts: ['/k'], globalKnownHosts: [] },
    ],
    ['its time to connect', { connectTimeoutMs: 3_000 }, 'ConnectTimeout 9', { connectTimeoutMs: 3_000 }],
  ])('with %s', async (_, written, text, spec) => {
    expect((await reach(text, 'web', written)).hop.ssh).toMatchObject(spec);
  });

  test('with its port', async () => {
    const { hop } = await reach('Port 3\nIdentityFile ~/%p', 'web', { port: 24 });
    expect([hop.port, hop.ssh.identityFiles]).toEqual([24, ['/home/op/24']]);
  });
});

describe('StrictHostKeyChecking never makes it weaker', () => {
  test.each<[SshSpec['hostKeys'], string, SshSpec['hostKeys'], readonly string[]]>([
    ...['yes', 'no', 'off', 'ask', 'accept-new']
      .map((word) => ['strict', word, 'strict', []] as const)
      .map((row) => [...row] as [SshSpec['hostKeys'], string, SshSpec['hostKeys'], readonly string[]]),
    ['accept-new', 'yes', 'strict', ['SSH_CONFIG_STRICTER']],
    ['accept-new', 'ask', 'strict', ['SSH_CONFIG_STRICTER']],
    ['accept-new', 'no', 'accept-new', []],
    ['accept-new', 'accept-new', 'accept-new', []],
  ])('%s in the inventory, %s in ssh_config: %s', async (hostKeys, word, expected, complaints) => {
    const reached = await reach(`StrictHostKeyChecking ${word}`, 'web', { hostKeys });
    expect(reached.hop.ssh.hostKeys).toBe(expected);
    expect(codes(reached)).toEqual(complaints);
  });
});

const BASTION = 'Host bastion\n HostName b.example\n User jump\n Port 2200\n IdentityFile ~/jump\n';

describe('the way through jump hosts', () => {
  test.each<[string, string, SshSettings, readonly string[]]>([
    ['is straight without any', '', {}, []],
    ['is ProxyJump of ssh_config', `${BASTION}Host web\nProxyJump bastion`, {}, ['jump@b.example:2200']],
    [
      "is the inventory's before that",
      `${BASTION}Host web\nProxyJump other`,
      { proxyJump: 'bastion' },
      ['jump@b.example:2200'],
    ],
    ['is straight where the inventory says none', 'ProxyJump bastion', { proxyJump: 'none' }, []],
    ["has the local user, never the agent's", '', { user: 'core', proxyJump: 'b' }, ['op@b:22']],
    ['has user and port as they are named', BASTION, { proxyJump: 'x@bastion:23' }, ['x@b.example:23']],
    [
      'has several, the nearest first',
      BASTION,
      { proxyJump: 'a,bastion,[::1]' },
      ['op@a:22', 'jump@b.example:2200', 'op@::1:22'],
    ],
    [
      'begins as ssh_config says of its first',
      `${BASTION}Host a\nProxyJump bastion`,
      { proxyJump: 'a,c' },
      ['jump@b.example:2200', 'op@a:22', 'op@c:22'],
    ],
    [
      'does not go on as ssh_config says of its others',
      `${BASTION}Host c\nProxyJump bastion`,
      { proxyJump: 'a,c' },
      ['op@a:22', 'op@c:22'],
    ],
    [
      'has names made of the host',
      'Host web\nHostName w.eu.example\nProxyJump %r@jump-%n.%h',
      {},
      ['op@jump-web.w.eu.example:22'],
    ],
    [
      'goes through what jumps through others',
      'Host web\nProxyJump a\nHost a\nProxyJump b\nHost b\nProxyJump c',
      {},
      ['op@c:22', 'op@b:22', 'op@a:22'],
    ],
    ['leaves a ProxyCommand of none aside', 'Host web\nProxyCommand none\nHost *\nProxyJump x', {}, []],
    [
      "leaves a ProxyCommand aside where the inventory's proxyJump wins",
      'Host web\nProxyCommand nc',
      { proxyJump: 'b' },
      ['op@b:22'],
    ],
  ])('%s', async (_, text, written, hops) => {
    const reached = await reach(text, 'web', written);
    expect(codes(reached)).toEqual([]);
    expect(way(reached)).toEqual(hops);
    for (const { ssh } of reached.hop.ssh.jumps) expect(ssh.jumps).toEqual([]);
  });

  test('shares with the agent what is not about the agent alone', async () => {
    const written = {
      user: 'core',
      port: 24,
      identityFiles: ['/k'],
      hostKeys: 'accept-new',
      knownHosts: ['/h'],
      connectTimeoutMs: 5,
      proxyJump: 'bastion',
    } as const;
    const hop = hopOf('web', written);
    const secret = { ...hop, ssh: { ...hop.ssh, password: { kind: 'env', name: 'PW' } as const } };
    const [jump] = createReach(await configOf(BASTION), WHERE)(secret).hop.ssh.jumps;
    expect(jump).toMatchObject({ host: 'bastion', port: 2200 });
    expect(jump?.ssh).toMatchObject({
      ...{ user: 'jump', address: 'b.example', password: null, transport: 'ssh2', identityFiles: ['/k'] },
      ...{ identityFilesExplicit: true, hostKeys: 'accept-new', knownHosts: ['/h'], globalKnownHosts: [] },
      ...{
        connectTimeoutMs: 5,
        written: { identityFiles: ['/k'], hostKeys: 'accept-new', knownHosts: ['/h'], connectTimeoutMs: 5 },
      },
    });
  });

  test('is one and the same for all agents behind it', async () => {
    const reachFor = createReach(await configOf(`${BASTION}Host web*\nProxyJump bastion`), WHERE);
    const [first, second] = ['web1', 'web2'].map((host) => reachFor(hopOf(host)).hop.ssh.jumps[0]);
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });
});

describe('a way that leads nowhere', () => {
  test.each<[string, string, SshSettings, string]>([
    ['the jump host jumps through itself', 'ProxyJump bastion', {}, 'PROXY_JUMP_LOOP'],
    ['so it does under another name', `${BASTION}Host *\nProxyJump bastion`, {}, 'PROXY_JUMP_LOOP'],
    [
      'two jump through one another',
      'Host a\nProxyJump b\nHost b\nProxyJump a\nHost *\nProxyJump a',
      {},
      'PROXY_JUMP_LOOP',
    ],
    ['every one names another', 'ProxyJump x%h', {}, 'PROXY_JUMP_LOOP'],
    ['it is the host itself', '', { proxyJump: 'web' }, 'PROXY_JUMP_LOOP'],
    ['one stands there twice', '', { proxyJump: 'a,b,b' }, 'PROXY_JUMP_LOOP'],
    ['the inventory names nothing', '', { proxyJump: 'op@' }, 'PROXY_JUMP_INVALID'],
    ['a token gives no name', 'ProxyJump %q', {}, 'PROXY_JUMP_INVALID'],
    ['a name that the shell would read', '', { proxyJump: '$(x)' }, 'PROXY_JUMP_INVALID'],
    ['a name that looks like a flag', '', { proxyJump: '-oProxyCommand=x' }, 'PROXY_JUMP_INVALID'],
    ['a command leads there', 'ProxyCommand nc %h %p', {}, 'PROXY_COMMAND_UNSUPPORTED'],
    [
      'a command leads to the jump host',
      'Host a\nProxyCommand nc %h %p',
      { proxyJump: 'a' },
      'PROXY_COMMAND_UNSUPPORTED',
    ],
    [
      'a command comes after ProxyJump none',
      'ProxyJump none\nProxyCommand nc',
      {},
      'PROXY_COMMAND_UNSUPPORTED',
    ],
  ])('%s', async (_, text, written, code) => {
    const reached = await reach(text, 'web', written);
    expect(codes(reached)).toEqual([code]);
    expect(reached.complaints[0]?.grave).toBe(true);
  });

  test('another user or port on the same machine is no loop', async () => {
    expect(codes(await reach('', 'web', { proxyJump: 'root@web' }))).toEqual([]);
    expect(codes(await reach('', 'web', { proxyJump: 'web:2222' }))).toEqual([]);
  });
});

describe('what is not honoured is said', () => {
  test.each([
    [
      'Match exec "test -f /x"\nPort 3',
      'A Match that only ssh can decide is taken for one that does not match',
    ],
    [
      'Match host web !exec true\nPort 3',
      'A Match that only ssh can decide is taken for one that does not match',
    ],
    [
      'Match localnetwork 10.0.0.0/8\nPort 3',
      'A Match that only ssh can decide is taken for one that does not match',
    ],
    ['CanonicalizeHostname yes', 'CanonicalizeHostname is not honoured: names are taken as they are'],
    ['GSSAPIAuthentication yes', 'GSSAPIAuthentication is not honoured: keys and passwords are'],
    ['IdentityAgent ~/agent.sock', 'IdentityAgent is not honoured: the agent at SSH_AUTH_SOCK is asked'],
    ['HostbasedAuthentication yes', 'HostbasedAuthentication is not honoured: keys and passwords are'],
    ['PKCS11Provider /usr/lib/p.so', 'PKCS11Provider is not honoured: files and the ssh-agent give the keys'],
    [
      'SecurityKeyProvider /usr/lib/sk.so',
      'SecurityKeyProvider is not honoured: the ssh-agent has to hold such keys',
    ],
    ['KnownHostsCommand /bin/hosts %H', 'KnownHostsCommand is not honoured: known_hosts files are'],
    ['Ciphers aes256-ctr', 'Ciphers is not honoured: this client has its own list'],
    ['BindAddress 10.0.0.1', 'BindAddress is not honoured: the system chooses the address'],
    ['PubkeyAuthentication no', 'PubkeyAuthentication no is not honoured'],
  ])('%j', async (text, message) => {
    const { complaints, hop } = await reach(text, 'web');
    expect(complaints).toMatchObject([{ grave: false, code: 'SSH_CONFIG_NOT_HONOURED', message }]);
    expect(hop.port).toBe(22);
  });

  test.each([
    [
      'RevokedHostKeys /etc/revoked',
      'RevokedHostKeys cannot be honoured, and a revoked key must not be trusted',
    ],
    ['RefuseConnection "not from here"', 'RefuseConnection forbids the connection'],
  ])('%j keeps everybody from being contacted', async (text, message) => {
    expect((await reach(text, 'web')).complaints).toMatchObject([{ grave: true, message }]);
  });

  test.each([
    'Host other\nProxyCommand nc\nGSSAPIAuthentication yes',
    'Match host other exec true\nPort 3',
    'CanonicalizeHostname no\nGSSAPIAuthentication no\nPKCS11Provider none\nKnownHostsCommand none\nRevokedHostKeys none',
    'IdentityAgent SSH_AUTH_SOCK',
    'IdentityAgent $SSH_AUTH_SOCK',
    'IdentityAgent /run/agent',
    'HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedKeyTypes +ssh-rsa',
    'ForwardAgent yes\nControlMaster auto\nCompression yes\nSendEnv LANG\nHashKnownHosts yes',
  ])('nothing is said of %j', async (text) => {
    expect((await reach(text, 'web')).complaints).toEqual([]);
  });

  test.each([
    `IdentityFile ${variable('NOT_SET')}/k`,
    'IdentityFile ~nobody/k',
    'UserKnownHostsFile ~/%z',
    'HostName %p',
  ])('%j cannot be used, as ssh cannot', async (text) => {
    const { complaints } = await reach(text, 'web');
    expect(complaints).toMatchObject([{ grave: true, code: 'SSH_CONFIG_INVALID', place: { line: 1 } }]);
  });
});
