import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  byPlace,
  connectionFrom,
  cursorCodec,
  pageFrom,
  type Page,
  type PageArguments,
  type Place,
  sealedCursorCodec,
} from '../src/index.ts';

const largest = (1n << 63n) - 1n;
const anyPart = fc.bigInt({ min: 0n, max: largest });
const open = cursorCodec('ranked', 1, byPlace);
const sealed = sealedCursorCodec('ranked', [{ secret: randomBytes(32) }], 1, byPlace);

describe('a place, a key and an id', () => {
  it('comes back from open and from sealed cursors, the longest too', () => {
    fc.assert(
      fc.property(anyPart, anyPart, (key, id) => {
        expect(open.decode('after', open.encode({ key, id }))).toEqual({ key, id });
        expect(sealed.decode('after', sealed.encode({ key, id }))).toEqual({ key, id });
        expect(sealed.decode('after', sealed.seal({ key, id }))).toEqual({ key, id });
      }),
    );
    expect(open.decode('after', open.encode({ key: largest, id: largest }))).toEqual({
      key: largest,
      id: largest,
    });
  });

  it('is not mistaken for an id, nor an id for it', () => {
    expect(() => cursorCodec('ranked').decode('after', open.encode({ key: 1n, id: 2n }))).toThrow(
      /not a cursor/,
    );
    expect(() => open.decode('after', cursorCodec('ranked').encode(1n))).toThrow(/not a cursor/);
    const key = { secret: randomBytes(32) };
    const ids = sealedCursorCodec('ranked', [key]);
    expect(() => sealedCursorCodec('ranked', [key], 1, byPlace).decode('after', ids.seal(1n))).toThrow(
      /not a cursor/,
    );
  });
});

const compare = (one: Place, other: Place) => Number(one.key - other.key) || Number(one.id - other.id);

/** What a statement would read of a list whose highest key comes first. */
function readFrom(places: readonly Place[], { after, before, direction, limit }: Page<Place>): Place[] {
  const high = after ?? byPlace.highest;
  const low = before ?? byPlace.lowest;
  const within = places.filter((place) => compare(place, high) < 0 && compare(place, low) > 0);
  const ordered = within.toSorted(compare);
  return (direction === 'forward' ? ordered.toReversed() : ordered).slice(0, limit + 1);
}

it('a list with many equal keys is walked without a gap or a repeat, both ways, in pages of any size', () => {
  const places = fc.uniqueArray(fc.record({ key: fc.bigInt(0n, 3n), id: fc.bigInt(0n, 99n) }), {
    selector: ({ id }) => id,
    maxLength: 30,
  });
  fc.assert(
    fc.property(places, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, size, isForward) => {
      const walked: Place[] = [];
      let cursor: string | null = null;
      for (let isMore = true; isMore; ) {
        const args: PageArguments = isForward
          ? { first: size, after: cursor }
          : { last: size, before: cursor };
        const page: Page<Place> = pageFrom(args, open);
        const { edges, pageInfo } = connectionFrom(readFrom(all, page), page, open, (place) => ({
          key: place,
          node: place,
        }));
        const nodes = edges.flatMap(({ node }) => node ?? []);
        walked.push(...(isForward ? nodes : nodes.toReversed()));
        cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor;
        isMore = isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      }
      const expected = all.toSorted(compare);
      expect(walked).toEqual(isForward ? expected.toReversed() : expected);
    }),
  );
});
