import { encodeId } from '@murmuration/ids';
import type { InternalClient } from '@murmuration/service-kit';
import { kindNames } from '../notifications/names.ts';
import type { Notification } from '../notifications/notification.ts';
import { pushLimits } from './limits.ts';
import type { PushContent } from './settings.ts';

/** What a device is told, as JSON; members may be added. */
export interface PushText {
  /** The notification's id: whoever shows it in the place of one with the same id shows it once. */
  id: string;
  kind: string;
  /** As far as its recipient lets it be told: */
  actorCount?: number;
  actors?: { handle: string; displayName: string | null }[];
  text?: string;
}

/** Those who own what a message may quote. */
export interface Owners {
  user: Pick<InternalClient, 'call'>;
  post: Pick<InternalClient, 'call'>;
}

interface Asker {
  viewerId: bigint;
  sessionId: bigint;
}

const peopleQuery =
  'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on User { handle displayName } } }';
const postQuery = 'query ($keys: [_Any!]!) { _entities(representations: $keys) { ... on Post { text } } }';

/** Asks an owner in the recipient's name: what they may not see is null. @throws when it does not answer */
async function ask<Entity>(
  owner: Owners['user'],
  query: string,
  keys: readonly object[],
  { sessionId, viewerId }: Asker,
): Promise<(Entity | null)[]> {
  const identity = {
    kind: 'viewer',
    subject: encodeId('User', viewerId),
    session: encodeId('Session', sessionId),
  } as const;
  const body = { query, variables: { keys } };
  const { data } = await owner.call<{ data?: { _entities: (Entity | null)[] } | null }>({
    method: 'POST',
    path: '/graphql',
    body,
    identity,
  });
  if (!data) throw new Error('what a message quotes could not be read');
  return data._entities;
}

/** @throws when an owner does not answer */
export async function composePush(
  notification: Notification,
  content: PushContent,
  owners: Owners,
  asker: Asker,
): Promise<PushText> {
  const { actorCount, actorIds, id, kind, postId } = notification;
  const least: PushText = { id: encodeId('Notification', id), kind: kindNames[kind] };
  if (content === 'kind') return least;
  const people = actorIds
    .slice(0, pushLimits.namedPeople)
    .map((person) => ({ __typename: 'User', id: encodeId('User', person) }));
  const posts = postId === null ? [] : [{ __typename: 'Post', id: encodeId('Post', postId) }];
  const [actors, [post]] = await Promise.all([
    people.length === 0
      ? []
      : ask<{ handle: string; displayName: string | null }>(owners.user, peopleQuery, people, asker),
    posts.length === 0 ? [null] : ask<{ text: string }>(owners.post, postQuery, posts, asker),
  ]);
  return {
    ...least,
    actorCount,
    actors: actors.flatMap((actor) =>
      actor ? [{ handle: actor.handle, displayName: actor.displayName }] : [],
    ),
    ...(post ? { text: shorten(post.text) } : {}),
  };
}

/** By code points: half of one shows as nothing. */
function shorten(text: string): string {
  const characters = [...text];
  const most = pushLimits.textCharacters;
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
