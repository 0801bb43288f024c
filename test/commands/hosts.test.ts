import { describe, expect, test } from 'vitest';
import { hosts, hostsText } from '../../src/commands/hosts.ts';
import { good, REGISTRIES } from '../inventory/reading.ts';
import { makeTarget } from '../support/ssh-target.ts';

const inventory = good(`${REGISTRIES}
agents: [web1, { host: "2001:db8::7", name: six, ssh: { port: 2222, user: core } }]
groups: { public: { archive: { path: /opt/x.tgz, group: "1000", mode: "0640" }, checks: [{ id: docker, command: docker ps }], agents: [edge-1] } }
`);

test('a table has a line for each agent, its columns aligned', () => {
  expect(hostsText(inventory.targets, 'text')).toBe(
    [
      'NAME    HOST         PORT  USER  GROUP   ARCHIVE             REGISTRIES',
      'web1    web1         22    op    -       /etc/docker.tar.gz  r.example.com',
      'six     2001:db8::7  2222  core  -       /etc/docker.tar.gz  r.example.com',
      'edge-1  edge-1       22    op    public  /opt/x.tgz          r.example.com',
      '',
    ].join('\n'),
  );
});

test('the table says how agents are reached where that is not the plain way', () => {
  const jumps = [makeTarget('bastion', 22, { user: 'ops' }), makeTarget('inner', 2222, { user: 'me' })];
  const targets = [
    makeTarget('web1', 22),
    makeTarget('web2', 22, { jumps, address: '10.0.0.2' }),
    makeTarget('web3', 22, { transport: 'openssh' }),
    makeTarget('here', 22, { transport: 'local' }),
  ];
  expect(
    hostsText(targets, 'text')
      .split('\n')
      .map((line) => line.replace(/^.*\.tar\.gz +/, '')),
  ).toEqual([
    expect.stringMatching(/ REGISTRIES {2}VIA$/),
    expect.stringMatching(/tar\.gz$/),
    'ops@bastion → me@inner:2222 → 10.0.0.2',
    'the ssh program',
    'this machine',
    '',
  ]);
  expect(JSON.parse(hostsText(targets, 'json')).agents[1]).toMatchObject({
    address: '10.0.0.2',
    jumps: ['ops@bastion', 'me@inner:2222'],
  });
});

test('JSON has all that is resolved', () => {
  const json = JSON.parse(hostsText(inventory.targets, 'json'));
  expect(json).toMatchObject({
    schema: 'node-prep/hosts/v1',
    agents: [{ name: 'web1' }, { name: 'six' }, { name: 'edge-1' }],
  });
  expect(json.agents[2]).toEqual({
    name: 'edge-1',
    host: 'edge-1',
    address: 'edge-1',
    port: 22,
    user: 'op',
    jumps: [],
    transport: 'ssh2',
    group: 'public',
    become: 'auto',
    archive: { path: '/opt/x.tgz', owner: 'root', group: '1000', mode: '0640' },
    registries: ['r.example.com'],
    checks: ['docker'],
  });
});

describe('the command', () => {
  const ask = (limit: readonly string[]) =>
    hosts({ command: 'hosts', inventory: 'inv.yaml', limit, exclude: [], output: 'text' }, inventory);

  test('prints what a selection leaves', () => {
    expect(ask(['public'])).toEqual({ ok: true, value: expect.stringMatching(/^NAME.*\nedge-1 .*\n$/) });
  });

  test('says what is wrong with a pattern', () => {
    expect(ask(['publik'])).toMatchObject({
      ok: false,
      error: [{ code: 'PATTERN_UNMATCHED', hint: 'Did you mean public?' }],
    });
  });
});
