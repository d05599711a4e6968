import { encodeId } from '@murmuration/ids';
import { downstreamError, payloadOf, validationError } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { userKey } from '../belonging/keys.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { inSchema } from '../user-errors.ts';
import type { Notification } from './notification.ts';
import { isUnknown } from './notification.ts';
import { kindNames, kindOf, sourceNames, sourceOf } from './names.ts';

export const notificationResolvers = {
  Viewer: {
    notifications: ({ viewerId }, { kinds, ...args }, { services }) =>
      services.notifications.page(viewerId, args, kinds?.map(kindOf) ?? null),
    unreadNotificationCount: ({ viewerId }, _args, { services }) =>
      services.notifications.unreadCount(viewerId),
    notificationSettings: ({ viewerId }, _args, { services }) => services.notifications.settings(viewerId),
  },
  NotificationEdge: {
    node({ seen }) {
      if (isUnknown(seen)) throw downstreamError('user', seen.because);
      return seen;
    },
  },
  Notification: {
    id: ({ id }) => encodeId('Notification', id),
    kind: ({ kind }) => kindNames[kind],
    grewAt: ({ grewAt }) => grewAt.toISOString(),
    actors: ({ actorIds }) => actorIds.map(userKey),
    post: postOf,
  },
  NotificationSetting: {
    kind: ({ kind }) => kindNames[kind],
    source: ({ source }) => sourceNames[source],
  },
  Mutation: {
    updateNotificationSettings: async (_root, { input }, context) => {
      const viewerId = requireViewer(context);
      const payload = await payloadOf(async () => {
        const settings = input.settings.map(({ kind, push, source }) => ({
          kind: kindOf(kind),
          source: sourceOf(source),
          push: push ?? null,
        }));
        if (new Set(settings.map(({ kind }) => kind)).size < settings.length)
          throw validationError('settings', 'Name each kind at most once.');
        return { settings: await context.services.notifications.change(viewerId, settings) };
      });
      return { ...payload, errors: payload.errors.map(inSchema) };
    },
  },
} satisfies Resolvers;

/** Liked and reposted is what the recipient wrote; said and asked is what whoever did it wrote. */
function postOf({ actorIds, kind, postId, recipientId }: Notification) {
  if (postId === null) return null;
  const authorId = kind === 'like' || kind === 'repost' ? recipientId : actorIds[0];
  if (authorId === undefined) return null;
  return { __typename: 'Post' as const, id: encodeId('Post', postId), author: userKey(authorId) };
}
