import { describe, expect, test } from 'vitest';
import { hostKey, isIpv6, readHosts, readMappedHosts } from '../../src/inventory/hosts.ts';

describe('a host of the inventory is', () => {
  test.each([
    ['a name', 'web1'],
    ['a full name', 'web1.example.com'],
    ['a name with a final dot', 'web1.example.com.'],
    ['a name with underscores', 'my_host.lab_1'],
    ['a name that starts with a digit', '1and1.example.com'],
    ['an IPv4 address', '10.0.1.255'],
    ['upper case', 'WEB1'],
  ])('%s', (_, host) => {
    expect(readHosts(host, 10)).toEqual({ ok: true, value: [host] });
  });

  test('a range of them', () => {
    expect(readHosts('10.0.1.[8-10]', 10)).toEqual({
      ok: true,
      value: ['10.0.1.8', '10.0.1.9', '10.0.1.10'],
    });
  });
});

describe('a host of the inventory is not', () => {
  test.each([
    ['nothing', '', 'is empty'],
    ['blanks', '  ', 'is empty'],
    ['two words', 'web1 web2', 'holds a blank'],
    ['an option of ssh', '-oProxyCommand=sh', 'starts with a dash'],
    ['a user and a host', 'core@web1', 'names a user'],
    ['a host and a port', 'web1:22', 'names a port'],
    ['an IPv6 address', '2001:db8::7', 'is an IPv6 address'],
    ['an IPv6 address in brackets', '[::1]', 'is an IPv6 address'],
    ['a URL', 'https://web1', 'is a URL'],
    ['a network', '10.0.0.0/24', 'is a network'],
    ['a path', 'web1/x', 'holds a slash'],
    ['two hosts', 'web1,web2', 'holds a comma'],
    ['a pattern', 'web*', 'is a pattern'],
    ['a span without brackets', '10.0.1.1-40', 'without brackets'],
    ['an address with a number too large', '10.0.1.256', 'not an IPv4 address'],
    ['an address with a leading zero', '10.0.1.01', 'not an IPv4 address'],
    ['a short address', '10.1', 'not an IPv4 address'],
    ['a range that runs out of the address', '10.0.1.[250-260]', '"10.0.1.256" is not an IPv4 address'],
    ['a control character', 'web\u00071', 'control character'],
    ['a NUL', 'web\u00001', 'control character'],
    ['an empty part', 'web..com', 'not a host name'],
    ['a part that ends in a dash', 'web-.com', 'not a host name'],
    ['a part of 64 characters', 'a'.repeat(64), 'not a host name'],
    ['other letters', 'größe', 'not a host name'],
    ['signs of the shell', 'web;reboot', 'not a host name'],
  ])('%s', (_, host, words) => {
    expect(readHosts(host, 100)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(words) },
    });
  });

  test('and what stands before an @, perhaps a password, is not repeated', () => {
    expect(JSON.stringify(readHosts('core:hunter2@web1', 10))).not.toContain('hunter2');
  });
});

test.each(['::1', '2001:db8::7', 'fe80::1%eth0', '::ffff:10.0.0.1', 'FE80::1'])(
  'a mapping may have the IPv6 address %s',
  (host) => {
    expect(readMappedHosts(host, 1)).toEqual({ ok: true, value: [host] });
  },
);

test.each(['1::2::3', ':', 'fe80::1%', 'fe80::1%a b', '12345::', ':::', '::1/64', 'a:b:c'])(
  '%s is no IPv6 address',
  (text) => {
    expect(isIpv6(text)).toBe(false);
  },
);

test.each([
  ['upper and lower case', 'Web1.Example.com', 'web1.example.COM'],
  ['a final dot', 'web1.example.com.', 'web1.example.com'],
  ['ways to write an IPv6 address', '::1', '0:0:0:0:0:0:0:1'],
])('%s do not make two hosts', (_, one, other) => {
  expect(hostKey(one)).toBe(hostKey(other));
});

test('the zone of an IPv6 address makes two hosts', () => {
  expect(hostKey('fe80::1%eth0')).not.toBe(hostKey('fe80::1%eth1'));
});
