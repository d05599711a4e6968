import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createListCursors, createLiveCursors } from '../src/log/cursor.ts';
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
    fc.property(
      places,
      fc.nat(60),
      fc.nat(1),
      fc.constantFrom('A', 'z', '7', '.'),
      (place, at, of, character) => {
        const cursor = cursors.encode(place);
        const parts = cursor.split('.');
        const text = Buffer.from(parts[of] ?? '', 'base64url').toString('latin1');
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        parts[of] = Buffer.from(changed, 'latin1').toString('base64url');
        if (changed !== text) expect(cursors.decode(parts.join('.'))).toBeNull();
        expect(elsewhere.decode(cursor)).toBeNull();
      },
    ),
  );
  for (const text of ['', '.', '..', 'x'.repeat(10_000), `${'x'.repeat(300)}.${'x'.repeat(300)}`])
    expect(cursors.decode(text)).toBeNull();
});

test('the halves of cursors are not taken for each other, nor those of another log', () => {
  const place = { incarnation: '0a1b2c3d', seq: 9n, viewerId: 7n };
  const listCursors = createListCursors([key]);
  const all = [cursors, createLiveCursors([key], 'notifications'), listCursors(1n), listCursors(2n)];
  for (const mine of all) {
    const [whose, at] = mine.encode(place).split('.');
    expect(mine.decode(`${whose}.${at}`)).toEqual(place);
    for (const text of [
      `${at}.${whose}`,
      `${whose}.${whose}`,
      `${at}.${at}`,
      whose,
      `${whose}.${at}.${at}`,
      `${whose}.`,
    ])
      expect(mine.decode(text ?? '')).toBeNull();
    for (const other of all) if (other !== mine) expect(other.decode(`${whose}.${at}`)).toBeNull();
  }
});

test('all cursors of one stream begin alike, and say whose they are', () => {
  const cursorAt = cursors.cursorsOf(7n);
  const [first, second] = [1n, 2n].map((seq) => cursorAt({ incarnation: '0a1b2c3d', seq }));
  expect(first?.split('.')[0]).toBe(second?.split('.')[0]);
  expect(cursors.decode(second ?? '')).toEqual({ incarnation: '0a1b2c3d', seq: 2n, viewerId: 7n });
  expect(cursors.decode(cursors.cursorsOf(8n)({ incarnation: '0a1b2c3d', seq: 2n }))?.viewerId).toBe(8n);
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
