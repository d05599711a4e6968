import { maySeePost } from '@murmuration/relationships';
import type { Sql } from '../database/pool.ts';
import type { Entry } from '../home/entry.ts';
import { peopleOf, type RelationOf, sightOf } from '../home/sight.ts';
import type { AuthorSights } from './author-sights.ts';
import type { LiveEvent } from './live-event.ts';
import type { LogEvent, LoggedPost } from './log-event.ts';
import { firstRepostFor } from './repost-viewers.ts';
import { isAddressed, type Viewer } from './routing.ts';

/** What one event of the log is to some viewers; those whom it is nothing to are left out. */
export type Router = (event: LogEvent, viewers: readonly Viewer[]) => Promise<Map<bigint, LiveEvent>>;

export function createRouter(options: { sql: Sql; sights: AuthorSights }): Router {
  const { sql, sights } = options;

  async function relationsTo(people: readonly bigint[], viewerIds: readonly bigint[]) {
    const read = await Promise.all(people.map((person) => sights.read(person, viewerIds)));
    const byPerson = new Map(people.map((person, index) => [person, read[index]]));
    return (viewerId: bigint): RelationOf =>
      (person) =>
        byPerson.get(person)?.get(viewerId) ?? new Error('never asked');
  }

  async function addition(event: LogEvent, viewers: readonly Viewer[]): Promise<Map<bigint, LiveEvent>> {
    const entry = entryOf(event);
    let addressed = viewers.filter((viewer) => isAddressed(viewer, event)).map(({ viewerId }) => viewerId);
    if (!entry || addressed.length === 0) return new Map();
    if (event.kind === 'repost') {
      const first = await firstRepostFor(sql, entry.id, addressed);
      addressed = addressed.filter((viewerId) => first.has(viewerId));
    }
    const relations = await relationsTo(peopleOf(0n, [entry]), addressed);
    return new Map(
      addressed.flatMap((viewerId) => {
        const sight = sightOf(viewerId, entry, relations(viewerId));
        if (sight === 'hidden') return [];
        return [[viewerId, { type: 'PostAdded', seq: event.seq, entry: { ...entry, sight } }] as const];
      }),
    );
  }

  async function removal(event: LogEvent, viewers: readonly Viewer[]): Promise<Map<bigint, LiveEvent>> {
    const { post, seq } = event;
    if (!post || viewers.length === 0) return new Map();
    const viewerIds = viewers.map(({ viewerId }) => viewerId);
    const relations = await relationsTo([post.authorId], viewerIds);
    const reposterId = event.kind === 'repost_removed' ? event.authorId : null;
    const removed: LiveEvent = { type: 'PostRemoved', seq, postId: post.id, reposterId };
    const mayKnow = (viewerId: bigint) => maySeeRemoved(viewerId, post, relations(viewerId));
    return new Map(viewerIds.filter(mayKnow).map((viewerId) => [viewerId, removed]));
  }

  return (event, viewers) =>
    event.kind === 'post' || event.kind === 'repost' ? addition(event, viewers) : removal(event, viewers);
}

function maySeeRemoved(viewerId: bigint, post: LoggedPost, relationOf: RelationOf): boolean {
  if (post.authorId === viewerId) return true;
  const relation = relationOf(post.authorId);
  return typeof relation === 'number' && maySeePost(viewerId, relation, post);
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
