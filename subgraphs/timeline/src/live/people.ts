import { createMembersIndex, type LiveStreamLimits, tryAgain } from '@murmuration/service-kit/subgraph';
import type { Sql } from '../database/pool.ts';
import type { LogEvent } from '../log/log-event.ts';
import { readFollowees } from './followees.ts';

/** Somebody with open streams: whom they follow is held once, however many streams they have. */
export interface Person<Stream> {
  readonly viewerId: bigint;
  /** Whom they follow, and since which event. */
  since: Map<bigint, bigint>;
  /** The place of the log that `since` speaks of. */
  asOf: bigint;
  streams: Set<Stream>;
  /** Until it resolves nothing is routed to them. */
  ready: Promise<void>;
}

/** Who listens, by viewer and by author. */
export interface People<Stream> {
  /** Their place; whoever takes it adds their stream at once. */
  find(viewerId: bigint): Person<Stream>;
  leave(person: Person<Stream>, stream: Stream): void;
  /** The viewer's own follows and unfollows change what is routed to them from here on. */
  follow(event: LogEvent): void;
  /** Those to whom what the author does is routed: who follows them, and the author. */
  listenersOf(authorId: bigint): Iterable<Person<Stream>>;
  all(): Iterable<Person<Stream>>;
  /** Those of some viewers who have streams. */
  among(viewerIds: readonly (bigint | null)[]): Person<Stream>[];
}

/** Where the database is busy, whom somebody follows is asked again for as long as an event would be waited for. */
export function createPeople<Stream>(sql: Sql, limits: LiveStreamLimits): People<Stream> {
  interface Entry extends Person<Stream> {
    isIndexed: boolean;
    /** Whom they follow changed while it was read. */
    isStale: boolean;
  }
  const byViewer = new Map<bigint, Entry>();
  const byAuthor = createMembersIndex<bigint, Entry>();

  async function load(person: Entry): Promise<void> {
    do {
      person.isStale = false;
      const isWanted = () => byViewer.get(person.viewerId) === person;
      const read = await tryAgain(() => readFollowees(sql, person.viewerId), isWanted, limits);
      if (!read || !isWanted()) return;
      Object.assign(person, read);
    } while (person.isStale);
    person.isIndexed = true;
    for (const authorId of [person.viewerId, ...person.since.keys()]) byAuthor.add(authorId, person);
  }

  function forget(person: Entry): void {
    if (byViewer.get(person.viewerId) === person) byViewer.delete(person.viewerId);
    if (!person.isIndexed) return;
    person.isIndexed = false;
    for (const authorId of [person.viewerId, ...person.since.keys()]) byAuthor.remove(authorId, person);
  }

  function create(viewerId: bigint): Entry {
    const person: Entry = {
      viewerId,
      since: new Map(),
      asOf: 0n,
      streams: new Set(),
      ready: Promise.resolve(),
      isIndexed: false,
      isStale: false,
    };
    byViewer.set(viewerId, person);
    person.ready = load(person).catch((error: unknown) => {
      // Whoever comes next begins anew.
      forget(person);
      throw error;
    });
    return person;
  }

  return {
    find: (viewerId) => byViewer.get(viewerId) ?? create(viewerId),
    leave(person, stream) {
      person.streams.delete(stream);
      if (person.streams.size === 0) forget(person as Entry);
    },
    follow({ kind, authorId, subjectId, seq }) {
      const person = byViewer.get(authorId);
      if (!person || subjectId === null) return;
      if (!person.isIndexed) person.isStale = true;
      else if (seq <= person.asOf) return;
      else if (kind === 'follow') {
        person.since.set(subjectId, seq);
        byAuthor.add(subjectId, person);
      } else {
        person.since.delete(subjectId);
        if (subjectId !== authorId) byAuthor.remove(subjectId, person);
      }
    },
    listenersOf: byAuthor.of,
    all: () => byViewer.values(),
    among: (viewerIds) => viewerIds.flatMap((viewerId) => byViewer.get(viewerId ?? 0n) ?? []),
  };
}
