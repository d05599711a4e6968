import { expect, it } from 'vitest';
import { deviceOf } from './device.ts';

const linux = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

it.each([
  [linux, 'Firefox on Linux'],
  [iphone, 'Safari on iOS'],
  ['MurmurationApp/3.1', 'MurmurationApp'],
  ['app\u00e9\u0007 x', 'app'],
  ['', null],
  [' ', null],
  ['\u0007', null],
])('of %j as much is kept as its owner knows it by', (clientAgent, client) => {
  expect(deviceOf({ clientAgent, clientAddress: null })).toEqual({ client, network: null });
});

it('keeps no more of a long one than fits, and of an address the network', () => {
  const device = deviceOf({ clientAgent: 'x'.repeat(1_000), clientAddress: '203.0.113.7' });
  expect(device).toEqual({ client: 'x'.repeat(64), network: '203.0.113.0/24' });
});
