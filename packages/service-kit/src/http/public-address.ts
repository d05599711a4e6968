import { lookup } from 'node:dns';
import { BlockList, isIPv4, isIPv6, type LookupFunction } from 'node:net';

/** What is not the internet's: one's own machine and network, and what is set apart (RFC 6890). */
const special = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  special.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  // Lead to any address of IPv4.
  ['2002::', 16],
] as const)
  special.addSubnet(network, bits, 'ipv6');

const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is one that anybody on the internet would reach as well; false for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  return isIPv6(address) && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/**
 * Looks names up for connections to where somebody else says, as Node's own look-up does, and fails with `EPRIVATE` where one leads to
 * an address that is not public: a name may lead to another address each time. Addresses themselves are never looked up.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '');
    const hidden = found.find(({ address }) => !isPublicAddress(address));
    const [first] = found;
    if (hidden || !first) {
      const refusal = new Error(`${hostname} leads to no public address`);
      return callback(Object.assign(refusal, { code: 'EPRIVATE' }), '');
    }
    if (options.all) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};
