import { createHmac, timingSafeEqual } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import type { RequestContext } from '@murmuration/service-kit/subgraph';
import { decodePosition, type FeedPosition, isBefore } from './feed/cursor.ts';
import { identitySql, incarnationOf } from './feed/identity.ts';

type Keys = readonly [InternalKey, ...InternalKey[]];

/**
 * SQL of where a statement wrote, as one text, or NULL when it wrote nothing; for {@link createPositionTeller}.
 * @param written CTE of the statement's inserts into the outbox, which return `xid` and `id`
 */
export function writtenAtSql(written: string): string {
  return `(SELECT ${identitySql} || ' ' || w.xid || ' ' || w.id
    FROM feed_identity, (SELECT xid, id FROM ${written} ORDER BY id DESC LIMIT 1) w)`;
}

/**
 * Tells the client of a mutation where it wrote, in the answer's `extensions`. Places in other feeds that the
 * client brought go along, so that the last position it was given is all that it must keep.
 */
export type PositionTeller = (
  context: Pick<RequestContext, 'extensions' | 'position'>,
  writtenAt: string,
) => void;

/**
 * Makes a place of a producer's own feed what a client can bring: of something that was told by an event rather than
 * by the answer of a mutation.
 */
export type PositionOf = (place: FeedPosition) => string;

/** @param feed the producer's name, by which consumers know its feed */
export function createPositionOf(feed: string, keys: Keys): PositionOf {
  return (place) => encode(keys[0], feed, place);
}

/** @param feed the producer's name, by which consumers know its feed */
export function createPositionTeller(feed: string, keys: Keys): PositionTeller {
  return ({ extensions, position: brought }, writtenAt) => {
    const [identity = '', xid = '', id = ''] = writtenAt.split(' ');
    const own = { incarnation: incarnationOf(identity), xid: BigInt(xid), id: BigInt(id) };
    const { places } = brought === null ? { places: new Map() } : readPosition(keys, brought);
    places.set(feed, own);
    extensions['position'] = [...places].map(([name, place]) => encode(keys[0], name, place)).join(',');
  };
}

export interface BroughtPosition {
  /** The newest place of each feed. */
  places: Map<string, FeedPosition>;
  /** How many parts were not made here. */
  refused: number;
}

/** A position has a place a feed; more parts than this are not looked at. */
const mostParts = 8;

/** Reads the position, or several joined by commas, that a client brought. It is only a hint: never throws. */
export function readPosition(keys: readonly InternalKey[], text: string): BroughtPosition {
  const places = new Map<string, FeedPosition>();
  let refused = 0;
  for (const part of text.split(',', mostParts)) {
    const read = decode(keys, part.trim());
    if (!read) {
      refused++;
      continue;
    }
    const [feed, place] = read;
    const known = places.get(feed);
    if (!known || isOlder(known, place)) places.set(feed, place);
  }
  return { places, refused };
}

/** Where a consumer stands to a place: past it, before it, or in another life of the feed. */
export type Standing = 'past' | 'before' | 'elsewhere';

export function standingOf(cursor: string | null, place: FeedPosition): Standing {
  const reached = cursor === null ? null : decodePosition(cursor);
  if (reached?.incarnation !== place.incarnation) return 'elsewhere';
  return isBefore(reached, place) ? 'before' : 'past';
}

const version = 'p1';

function encode(key: InternalKey, feed: string, { incarnation, xid, id }: FeedPosition): string {
  const body = `${version}.${feed}.${incarnation}.${xid}.${id}`;
  return Buffer.from(`${body}.${macOf(key, body)}`).toString('base64url');
}

function decode(keys: readonly InternalKey[], part: string): [feed: string, place: FeedPosition] | null {
  const text = part.length <= 256 ? Buffer.from(part, 'base64url').toString('latin1') : '';
  const parts = /^(p1\.([a-z]{1,32})\.([0-9a-f]{16})\.(\d{1,20})\.(\d{1,19}))\.([\w-]{22})$/.exec(text);
  if (!parts) return null;
  const [, body = '', feed = '', incarnation = '', xid = '', id = '', mac = ''] = parts;
  const given = Buffer.from(mac);
  const isOurs = keys.some((key) => timingSafeEqual(Buffer.from(macOf(key, body)), given));
  return isOurs ? [feed, { incarnation, xid: BigInt(xid), id: BigInt(id) }] : null;
}

/** Ids are time-ordered across the lives of a feed, transactions only within one. */
function isOlder(a: FeedPosition, b: FeedPosition): boolean {
  return a.incarnation === b.incarnation ? isBefore(a, b) : a.id < b.id;
}

/** 128 bits, of a key that signs other things under other names. */
function macOf(key: InternalKey, body: string): string {
  return createHmac('sha256', key.secret).update(`position:${body}`).digest('base64url').slice(0, 22);
}
