import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  connectionFrom,
  cursorCodec,
  decodeId,
  decodeInputId,
  encodeId,
  idAt,
  pageFrom,
  timeOf,
  typeOfId,
} from '../src/index.ts';

const anyId = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const codec = cursorCodec('posts');
const codeOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    return error instanceof GraphQLError ? error.extensions : error;
  }
  return 'nothing thrown';
};

describe('ids', () => {
  it('come back as they went, for every 63-bit number', () => {
    fc.assert(fc.property(anyId, (id) => decodeId('User', encodeId('User', id)) === id));
  });

  it('sort on the wire as in the database', () => {
    fc.assert(fc.property(anyId, anyId, (a, b) => a < b === encodeId('Post', a) < encodeId('Post', b)));
  });

  it('of another type, too large, or malformed are refused', () => {
    const user = encodeId('User', 5n);
    expect(decodeId('Post', user)).toBeNull();
    expect(decodeId('User', 'usr_zzzzzzzzzzz')).toBeNull();
    expect(decodeId('User', 'usr_0000000000!')).toBeNull();
    expect(typeOfId('nonsense')).toBeNull();
    expect(codeOf(() => decodeInputId('Post', 'id', user))).toEqual({
      code: 'BAD_USER_INPUT',
      argument: 'id',
      argumentPath: ['id'],
    });
  });

  it('carry the millisecond they were made in', () => {
    expect(timeOf(idAt(1_800_000_000_123))).toBe(1_800_000_000_123);
  });
});

describe('pages', () => {
  it('want exactly one of first and last, within the limit', () => {
    for (const args of [{}, { first: 1, last: 1 }, { first: -1 }, { last: 101 }, { first: 100_000 }]) {
      expect(codeOf(() => pageFrom(args, codec))).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  it('refuse cursors of other lists, other versions and other worlds', () => {
    for (const after of [cursorCodec('likes').encode(4n), cursorCodec('posts', 2).encode(4n), 'x', '']) {
      expect(codeOf(() => pageFrom({ first: 1, after }, codec))).toEqual({
        code: 'BAD_USER_INPUT',
        argument: 'after',
        argumentPath: ['after'],
      });
    }
  });

  it('say whether more follows, forwards and backwards', () => {
    const read = (key: bigint) => ({ key, node: key });
    const forward = connectionFrom([9n, 8n, 7n], pageFrom({ first: 2 }, codec), codec, read);
    expect(forward.edges.map((edge) => edge.node)).toEqual([9n, 8n]);
    expect(forward.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const before = forward.pageInfo.endCursor;
    const backward = connectionFrom([9n], pageFrom({ last: 2, before }, codec), codec, read);
    expect(backward.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });
});
