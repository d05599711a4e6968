import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLiveCursors } from '../src/log/cursor.ts';
import { decodeFirehose, encodeFirehose } from '../src/live/firehose.ts';

const key = { id: 'a', secret: randomBytes(32) };
const cursors = createLiveCursors([key]);
const id = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const places = fc.record({ incarnation: fc.stringMatching(/^[0-9a-f]{8}$/), seq: id, viewerId: id });

test('a cursor says where it is, also to a process that signs with another key', () => {
  const younger = createLiveCursors([{ id: 'b', secret: randomBytes(32) }, key]);
  fc.assert(
    fc.property(places, (place) => {
      expect(cursors.decode(cursors.encode(place))).toEqual(place);
      expect(younger.decode(cursors.encode(place))).toEqual(place);
    }),
  );
});

test('a cursor that was changed, or made elsewhere, says nothing', () => {
  const elsewhere = createLiveCursors([{ id: 'a', secret: randomBytes(32) }]);
  fc.assert(
    fc.property(places, fc.nat(60), fc.constantFrom('A', 'z', '7', '.'), (place, at, character) => {
      const cursor = cursors.encode(place);
      const text = Buffer.from(cursor, 'base64url').toString('latin1');
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      if (changed !== text)
        expect(cursors.decode(Buffer.from(changed, 'latin1').toString('base64url'))).toBeNull();
      expect(elsewhere.decode(cursor)).toBeNull();
    }),
  );
  expect(cursors.decode('')).toBeNull();
  expect(cursors.decode('x'.repeat(10_000))).toBeNull();
});

test('the firehose loses no digit', () => {
  const post = {
    id: (1n << 62n) + 1n,
    authorId: 2n,
    replyToAuthorId: null,
    visibility: 'public' as const,
    mentionedIds: [(1n << 62n) + 3n],
    isDeleted: false,
  };
  const event = { seq: 9n, kind: 'post' as const, authorId: 2n, entryId: post.id, subjectId: null, post };
  const message = { head: { seq: 9n, incarnation: '0a1b2c3d' }, events: [event] };
  expect(decodeFirehose(encodeFirehose(message))).toEqual(message);
  expect(decodeFirehose('{"head":')).toBeNull();
  expect(decodeFirehose('{}')).toBeNull();
});
