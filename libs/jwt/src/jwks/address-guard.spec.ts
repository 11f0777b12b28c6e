import { addressKind, type AddressKind } from './address-guard.js';

describe('addressKind', () => {
  const table: [address: string, kind: AddressKind][] = [
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['0.0.0.0', 'private'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'private'],
    ['::ffff:169.254.169.254', 'private'],
    ['100.100.100.200', 'private'],
    ['192.0.0.192', 'private'],
    ['168.63.129.16', 'private'],
    ['198.18.0.1', 'private'],
    ['224.0.0.1', 'private'],
    ['240.0.0.1', 'private'],
    ['255.255.255.255', 'private'],
    ['::', 'private'],
    ['fe80::1', 'private'],
    ['fe80::1%eth0', 'private'],
    ['fec0::1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['ff02::1', 'private'],
    ['64:ff9b::7f00:1', 'private'],
    ['2002:7f00:1::', 'private'],
    ['2001:0:1::', 'private'],
    ['2001:db8::1', 'private'],
    ['4000::1', 'private'],
    ['no address', 'private'],
  ];
  for (const [address, kind] of table) {
    it(`calls ${address} ${kind}`, () => expect(addressKind(address)).toBe(kind));
  }
});
