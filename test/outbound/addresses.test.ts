import t from 'tap';
import { ConfigError, loadConfig } from '../../src/config.js';
import { allowedHostFaults, isPublicAddress, readAllowedHosts } from '../../src/outbound/addresses.js';

void t.test('public addresses are those of the Internet', async (t) => {
  for (const address of ['1.1.1.1', '172.15.255.255', '172.32.0.1', '192.167.1.1', '223.255.255.255']) {
    t.ok(isPublicAddress(address), address);
  }
  for (const address of ['2606:4700::1111', '2a01:e0a::1', '2001:4860:4860::8888'])
    t.ok(isPublicAddress(address), address);
});

void t.test('this machine, its networks and what stands for them are not public', async (t) => {
  const ipv4 = [
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1'],
    ...['203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ];
  const ipv6 = [
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:7f00:1', '::7f00:1', '64:ff9b::7f00:1', '100::1'],
    ...['2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0'],
    ...['fec0::1', 'ff02::1', 'ff0e::1'],
  ];
  for (const address of [...ipv4, ...ipv6]) t.notOk(isPublicAddress(address), address);
  for (const text of ['', 'localhost', '127.1', '0x7f000001']) t.notOk(isPublicAddress(text), text);
});

void t.test('the configuration opens addresses, ranges and names', async (t) => {
  const allowed = readAllowedHosts(['127.0.0.1', '10.1.0.0/16', 'fd00::/8', 'Receiver.lan']);
  for (const address of ['127.0.0.1', '10.1.2.3', 'fd12::1']) t.ok(allowed.covers(address), address);
  for (const address of ['127.0.0.2', '10.2.0.1', 'fc00::1', '::ffff:127.0.0.1', 'receiver.lan']) {
    t.notOk(allowed.covers(address), address);
  }
  t.ok(allowed.names.has('receiver.lan'));
  t.same(allowedHostFaults(['127.0.0.1', '10.0.0.0/8', '::1', 'a.b-c.lan', 'localhost']), []);
  for (const entry of ['10.0.0.0/33', '::1/129', 'http://a', 'a b', '-a', 'a/8', '[::1]']) {
    t.equal(allowedHostFaults([entry]).length, 1, entry);
  }
});

void t.test('a faulty list stops the start', async (t) => {
  t.same(loadConfig({ CALLBACK_ALLOWED_HOSTS: ' 127.0.0.1 , a.lan,' }).callback.allowedHosts, ['127.0.0.1', 'a.lan']);
  t.throws(() => loadConfig({ CALLBACK_ALLOWED_HOSTS: '10.0.0.0/33' }), ConfigError);
  t.throws(() => loadConfig({ SMTP_URL: 'http://a' }), ConfigError);
});
