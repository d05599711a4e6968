import type { InternalKey } from '@murmuration/config';
import { createCursorSeal } from '@murmuration/service-kit/subgraph';
import { LRUCache } from 'lru-cache';

/** A place in the log of what a stream tells, of one life of it, for one viewer. */
export interface LivePlace {
  /** First eight digits of the log's incarnation. */
  incarnation: string;
  seq: bigint;
  viewerId: bigint;
}

/** A place in the log for one stream: all of its cursors begin alike. */
export type PlaceCursor = (place: Omit<LivePlace, 'viewerId'>) => string;

export interface LiveCursors {
  encode(place: LivePlace): string;
  /** Of one stream's events: whose it is is sealed once, and a place once for all who are told it. */
  cursorsOf(viewerId: bigint): PlaceCursor;
  /** The place behind a cursor, or null when it was not made here. Whose it is, is for the caller to compare. */
  decode(cursor: string): LivePlace | null;
}

/** Of the home timeline's log, of notifications, and of lists: a cursor of one is none of the other. */
const versions = { home: 'l2', notifications: 'n2', list: 's2' } as const;
const owners = /^([0-9a-z]{1,13})$/;
const places = /^([0-9a-f]{8})\.([0-9a-z]{1,13})$/;
/** Cursors are asked for event by event, the same one by many streams at a time. */
const rememberedPlaces = 64;

type Keys = readonly [InternalKey, ...InternalKey[]];

export function createLiveCursors(keys: Keys, of: 'home' | 'notifications' = 'home'): LiveCursors {
  return createCursorsOf(keys)(versions[of], versions[of]);
}

/** Those of a list's streams: a cursor of one list is none of another. */
export function createListCursors(keys: Keys): (listId: bigint) => LiveCursors {
  const cursorsFor = createCursorsOf(keys);
  return (listId) => cursorsFor(versions.list, `${versions.list}.${listId.toString(36)}`);
}

/**
 * A cursor is two sealed texts: whose it is, and the place. Sealing both as one for each event and stream took a fifth of a busy
 * process. Whoever puts a place of one cursor behind the owner of another has what they would have been given there themselves:
 * what a viewer is told from a place on is judged for the viewer.
 */
function createCursorsOf(keys: Keys): (log: string, owner: string) => LiveCursors {
  const { open, seal } = createCursorSeal(keys);
  const sealedPlaces = new LRUCache<string, string>({ max: rememberedPlaces });

  function sealedPlace(text: string): string {
    let sealed = sealedPlaces.get(text);
    if (sealed === undefined) sealedPlaces.set(text, (sealed = seal(text)));
    return sealed;
  }

  function opened(sealed: string, head: string, pattern: RegExp): readonly string[] {
    const text = open(sealed);
    return (text?.startsWith(head) && pattern.exec(text.slice(head.length))) || [];
  }

  return (log, owner) => {
    const cursorsOf = (viewerId: bigint): PlaceCursor => {
      const whose = seal(`${owner}.of.${viewerId.toString(36)}`);
      return ({ incarnation, seq }) =>
        `${whose}.${sealedPlace(`${log}.at.${incarnation}.${seq.toString(36)}`)}`;
    };
    return {
      cursorsOf,
      encode: ({ viewerId, ...place }) => cursorsOf(viewerId)(place),
      decode(cursor) {
        const [whose = '', at = '', ...rest] = cursor.split('.', 3);
        const [, viewer] = opened(whose, `${owner}.of.`, owners);
        const [, incarnation, seq] = opened(at, `${log}.at.`, places);
        if (viewer === undefined || incarnation === undefined || seq === undefined || rest.length > 0)
          return null;
        return { incarnation, seq: fromBase36(seq), viewerId: fromBase36(viewer) };
      },
    };
  };
}

function fromBase36(text: string): bigint {
  let value = 0n;
  for (const character of text) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return value;
}
