import { describe, expect, test } from 'vitest';
import { hosts, hostsText } from '../../src/commands/hosts.ts';
import { good, REGISTRIES } from '../inventory/reading.ts';

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

test('JSON has all that is resolved', () => {
  const json = JSON.parse(hostsText(inventory.targets, 'json'));
  expect(json).toMatchObject({
    schema: 'node-prep/hosts/v1',
    agents: [{ name: 'web1' }, { name: 'six' }, { name: 'edge-1' }],
  });
  expect(json.agents[2]).toEqual({
    name: 'edge-1',
    host: 'edge-1',
    port: 22,
    user: 'op',
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
