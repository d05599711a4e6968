import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodePosition } from './feed/cursor.ts';
import { createPositionTeller, readPosition, standingOf } from './position.ts';

const keyOf = (id: string) => ({ id, secret: randomBytes(32) });
const [old, current, stranger] = [keyOf('old'), keyOf('current'), keyOf('stranger')];

/** What a mutation answers that wrote at a place of the feed. */
function told(place: string, feed = 'post', brought: string | null = null, key = current): string {
  const context = { extensions: {} as Record<string, unknown>, position: brought };
  createPositionTeller(feed, [key])(context, place);
  return String(context.extensions['position']);
}
const placesOf = (text: string) => readPosition([current, old], text).places;

test('a position survives its way through a client', () => {
  const { places, refused } = readPosition(
    [current],
    told('server/1/life 18446744073709551615 9223372036854775807'),
  );
  expect(refused).toBe(0);
  expect([...places]).toEqual([
    [
      'post',
      { incarnation: expect.stringMatching(/^[0-9a-f]{16}$/), xid: 2n ** 64n - 1n, id: 2n ** 63n - 1n },
    ],
  ]);
});

test('it fits a header as it is', () => {
  const position = told('server 7 9');
  expect(encodeURIComponent(position)).toBe(position);
  expect(position.length).toBeLessThan(160);
});

test('the first key signs and every key verifies', () => {
  expect(placesOf(told('server 7 9', 'post', null, old)).size).toBe(1);
  expect(readPosition([old], told('server 7 9')).refused).toBe(1);
});

test.each([
  ['nothing', ''],
  ['noise', 'x'.repeat(300)],
  ['another key', told('server 7 9', 'post', null, stranger)],
  [
    'another version',
    Buffer.from('p2.post.0123456789abcdef.1.1.aaaaaaaaaaaaaaaaaaaaaa').toString('base64url'),
  ],
  ['a changed place', changed(told('server 7 9'), '.7.', '.8.')],
  ['a changed feed', changed(told('server 7 9'), '.post.', '.user.')],
])('%s is refused without an error', (_name, text) => {
  expect(readPosition([current, old], text)).toEqual({ places: new Map(), refused: 1 });
});

function changed(position: string, from: string, to: string): string {
  return Buffer.from(Buffer.from(position, 'base64url').toString().replace(from, to)).toString('base64url');
}

test('of several places in a feed the newest counts, in whatever order they came', () => {
  const [first, second] = [told('server 7 9'), told('server 8 1')];
  for (const text of [`${first}, ${second}`, `${second},${first}`]) {
    expect(placesOf(text).get('post')).toMatchObject({ xid: 8n, id: 1n });
  }
});

test('after a failover the later write counts, though its transaction has a lower number', () => {
  const [before, after] = [told('server/1 900 10'), told('server/2 7 11')];
  expect(placesOf(`${after},${before}`).get('post')).toMatchObject({ xid: 7n });
});

test('a position takes along what the client brought of other feeds', () => {
  const followed = told('server 5 5', 'user');
  const posted = told('server 7 9', 'post', `${followed},forged`);
  expect([...placesOf(posted).keys()].sort()).toEqual(['post', 'user']);
  const again = told('server 8 10', 'post', posted);
  expect(again.length).toBe(told('server 8 10').length + followed.length + 1);
  expect(placesOf(again).get('post')).toMatchObject({ xid: 8n });
});

test('a consumer is past a place once its cursor stands on it or after', () => {
  const place = { incarnation: '0123456789abcdef', xid: 7n, id: 9n };
  const at = (change: object) => standingOf(encodePosition({ ...place, ...change }), place);
  expect(at({ id: 8n })).toBe('before');
  expect(at({})).toBe('past');
  expect(at({ xid: 8n, id: 1n })).toBe('past');
  expect(at({ incarnation: 'fedcba9876543210' })).toBe('elsewhere');
  expect(standingOf('backfill:0', place)).toBe('elsewhere');
  expect(standingOf(null, place)).toBe('elsewhere');
});
