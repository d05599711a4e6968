import { timeOf } from '@murmuration/ids';
import { type AuthorSights, maySeePost } from '@murmuration/relationships';
import type { Entry } from '../belonging/entry.ts';
import { firstRepostFor, viewersOfReposts, viewersOfRepostsOf } from '../belonging/repost-viewers.ts';
import { homeOf } from '../belonging/source.ts';
import { peopleOf, type RelationOf, sightOf } from '../belonging/sight.ts';
import type { Sql } from '../database/pool.ts';
import type { LogEvent } from '../log/log-event.ts';
import { createSilenced } from '../words/silenced.ts';
import type { SignAudience } from './audience.ts';
import { isHiding, personHidden } from './hidden-person.ts';
import type { LiveEvent } from './live-event.ts';

/**
 * What one event of the log is to some viewers; those whom it is nothing to are left out, and those of whom nobody can
 * tell right now are errors.
 */
export type Router = (
  event: LogEvent,
  viewerIds: readonly bigint[],
  /** Whether a removal concerns a viewer by whom they are or follow: others only by who reposted the post, or the person. */
  isConcerned: (viewerId: bigint) => boolean,
) => Promise<Map<bigint, LiveEvent | Error>>;

export function createRouter(options: { sql: Sql; sights: AuthorSights; sign: SignAudience }): Router {
  const { sql, sights, sign } = options;
  const silencedFor = createSilenced(sql);

  async function relationsTo(people: readonly bigint[], viewerIds: readonly bigint[]) {
    const read = await Promise.all(people.map((person) => sights.read(person, viewerIds)));
    const byPerson = new Map(people.map((person, index) => [person, read[index]]));
    return (viewerId: bigint): RelationOf =>
      (person) =>
        byPerson.get(person)?.get(viewerId) ?? new Error('never asked');
  }

  async function addition(event: LogEvent, addressed: readonly bigint[]) {
    const entry = entryOf(event);
    if (!entry) return new Map();
    const first = event.kind === 'repost' ? await firstRepostFor(sql, entry.id, addressed) : null;
    const belonging = first ? addressed.filter((viewerId) => first.has(viewerId)) : addressed;
    const silenced = await silencedFor(belonging, entry);
    const concerned = belonging.filter((viewerId) => viewerId === event.authorId || !silenced.has(viewerId));
    const relations = await relationsTo(peopleOf(0n, [entry]), concerned);
    // One for all who are told it: what is made of it is made once.
    const shown: LiveEvent = {
      type: 'PostAdded',
      seq: event.seq,
      entry: { ...entry, sight: 'shown' },
      writtenAtMs: timeOf(entry.id),
      audience: await sign(event),
    };
    return told(concerned, (viewerId) => additionFor(viewerId, entry, relations(viewerId), shown));
  }

  async function removal(
    event: LogEvent,
    viewerIds: readonly bigint[],
    isConcerned: (viewerId: bigint) => boolean,
  ) {
    if (!event.post) return new Map();
    const others = viewerIds.filter((viewerId) => !isConcerned(viewerId));
    const reached = await viewersOfReposts(sql, event.post.id, others);
    const concerned = viewerIds.filter((viewerId) => isConcerned(viewerId) || reached.has(viewerId));
    const relations = await relationsTo([event.post.authorId], concerned);
    const gone = removalOf(event, event.post);
    return told(concerned, (viewerId) => removalFor(viewerId, event, relations(viewerId), gone));
  }

  async function hiding(
    event: LogEvent,
    viewerIds: readonly bigint[],
    isConcerned: (viewerId: bigint) => boolean,
  ) {
    const others = viewerIds.filter((viewerId) => !isConcerned(viewerId));
    const reached = await viewersOfRepostsOf(sql, event.authorId, others);
    // One for all who forget the same person: what is made of it is made once.
    const byPerson = new Map<bigint, LiveEvent>();
    return told(viewerIds, (viewerId) => {
      if (!isConcerned(viewerId) && !reached.has(viewerId)) return null;
      const hidden = personHidden(event, viewerId);
      const known = byPerson.get(hidden.personId) ?? hidden;
      byPerson.set(hidden.personId, known);
      return known;
    });
  }

  return (event, viewerIds, isConcerned) => {
    if (event.kind === 'post' || event.kind === 'repost') return addition(event, viewerIds);
    return isHiding(event) ? hiding(event, viewerIds, isConcerned) : removal(event, viewerIds, isConcerned);
  };
}

function told(
  viewerIds: readonly bigint[],
  eventFor: (viewerId: bigint) => LiveEvent | Error | null,
): Map<bigint, LiveEvent | Error> {
  const events = new Map<bigint, LiveEvent | Error>();
  for (const viewerId of viewerIds) {
    const live = eventFor(viewerId);
    if (live) events.set(viewerId, live);
  }
  return events;
}

function additionFor(
  viewerId: bigint,
  entry: Entry,
  relationOf: RelationOf,
  shown: LiveEvent,
): LiveEvent | Error | null {
  const sight = sightOf(homeOf(viewerId), entry, relationOf);
  if (sight === 'unknown') return unknownOf(entry, viewerId, relationOf);
  return sight === 'shown' ? shown : null;
}

function unknownOf(entry: Entry, viewerId: bigint, relationOf: RelationOf): Error {
  const found = peopleOf(viewerId, [entry]).map(relationOf);
  return found.find((relation) => relation instanceof Error) ?? new Error('nobody can tell');
}

/** A removal as it is told to a viewer: null when they may not know of the post. */
export function removalFor(
  viewerId: bigint | null,
  event: LogEvent,
  relationOf: RelationOf,
  gone: LiveEvent | null = event.post && removalOf(event, event.post),
): LiveEvent | Error | null {
  const { post } = event;
  if (!post) return null;
  const relation = post.authorId === viewerId ? null : relationOf(post.authorId);
  if (relation instanceof Error) return relation;
  if (relation !== null && !maySeePost(viewerId, relation, post)) return null;
  return gone;
}

function removalOf({ authorId, kind, seq }: LogEvent, post: NonNullable<LogEvent['post']>): LiveEvent {
  return {
    type: 'PostRemoved',
    seq,
    postId: post.id,
    reposterId: kind === 'repost_removed' ? authorId : null,
  };
}

function entryOf({ entryId, kind, authorId, post }: LogEvent): Entry | null {
  if (!post || entryId === null) return null;
  return {
    id: entryId,
    postId: post.id,
    authorId: post.authorId,
    reposterId: kind === 'repost' ? authorId : null,
    visibility: post.visibility,
    mentionedIds: post.mentionedIds,
  };
}
