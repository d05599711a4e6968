import { expect, test } from 'vitest';
import { decodePosition, encodePosition, isBefore } from './cursor.ts';

const position = { incarnation: '0123456789abcdef', xid: 2n ** 64n - 1n, id: 2n ** 63n - 1n };

test('a position survives its cursor, which fits a URL as it is', () => {
  const cursor = encodePosition(position);
  expect(decodePosition(cursor)).toEqual(position);
  expect(encodeURIComponent(cursor)).toBe(cursor);
});

test.each(['', 'x', 'f1.0123456789abcdef.1.1', Buffer.from('f2.0123456789abcdef.1.1').toString('base64url')])(
  '%j is not a cursor of this version',
  (cursor) => {
    expect(decodePosition(cursor)).toBeNull();
  },
);

test('places are ordered by transaction, then by id', () => {
  const at = (xid: bigint, id: bigint) => ({ xid, id });
  expect(isBefore(at(1n, 9n), at(2n, 1n))).toBe(true);
  expect(isBefore(at(2n, 1n), at(2n, 2n))).toBe(true);
  expect(isBefore(at(2n, 2n), at(2n, 2n))).toBe(false);
});
