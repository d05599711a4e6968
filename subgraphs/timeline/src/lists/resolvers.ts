import { decodeId, encodeId, decodeInputId } from '@murmuration/ids';
import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { userKey } from '../belonging/keys.ts';
import { listOf } from '../belonging/source.ts';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { inSchema } from '../user-errors.ts';
import type { Person } from './service.ts';

export const listResolvers = {
  Query: {
    list: (_root, { id }, context) => context.services.lists.find(context, decodeInputId('List', 'id', id)),
    listTimeline: async (_root, { listId, ...args }, context) => {
      const list = await context.services.lists.find(context, decodeInputId('List', 'listId', listId));
      if (!list) return null;
      const source = listOf(list.id, context.viewerId);
      return context.services.timelines.page(source, args, context);
    },
  },
  List: {
    __resolveReference(reference, context) {
      const listId = decodeId('List', 'ref' in reference ? reference.ref : reference.id);
      return listId === null ? null : context.services.lists.find(context, listId);
    },
    id: ({ id }) => encodeId('List', id),
    ref: ({ id }) => encodeId('List', id),
    owner: ({ ownerId }) => userKey(ownerId),
    createdAt: ({ createdAt }) => createdAt.toISOString(),
    followerCount: async ({ id }, _args, { loaders }) => (await loaders.followerCounts.load(id))?.count ?? 0,
    viewerFollows: async ({ id }, _args, { loaders, viewerId }) =>
      viewerId === null ? null : (await loaders.followed.load(id)) !== null,
    viewerMarker: ({ id }, _args, { loaders }) => loaders.markers.load(id),
    members: (list, args, context) => context.services.lists.members(context, list, args),
  },
  ListEdge: {
    node({ node }) {
      if (node instanceof Error) throw node;
      return node;
    },
  },
  ListMemberEdge: {
    node({ node }) {
      if (node instanceof Error) throw node;
      return node === null ? null : userKey(node);
    },
  },
  ListMarker: {
    cursor: (marker, _args, { services }) => services.lists.cursorOf(marker),
    movedAt: ({ movedAt }) => movedAt.toISOString(),
  },
  ListTimelineConnection: {
    liveCursor: (connection, _args, { services }) => services.timelines.liveCursor(connection),
    newPostCount: ({ source }, { since }, { services }) => services.timelines.newPostCount(source, since),
    unseenPostCount: async ({ source }, _args, { loaders, services }) => {
      const marker = await loaders.markers.load(source.id);
      return marker && services.timelines.countAbove(source, marker.place);
    },
  },
  Viewer: {
    lists: ({ viewerId }, args, { loaders, services }) =>
      services.lists.ownLists({ viewerId, loaders }, args),
    followedLists: ({ viewerId }, args, { loaders, services }) =>
      services.lists.followedLists({ viewerId, loaders }, args),
  },
  Mutation: {
    createList: (_root, { input }, context) =>
      mutate(context, async (person) => ({
        list: await context.services.lists.create(person, {
          name: input.name,
          description: input.description ?? '',
          isPrivate: input.isPrivate ?? false,
          idempotencyKey: input.idempotencyKey ?? null,
        }),
      })),
    updateList: (_root, { input: { description, isPrivate, listId, name } }, context) =>
      mutate(context, async (person) => ({
        list: await context.services.lists.update(person, {
          listId,
          name: name ?? null,
          description: description ?? null,
          isPrivate: isPrivate ?? null,
        }),
      })),
    deleteList: (_root, { input }, context) =>
      mutate(context, async (person) => ({
        deletedListId: encodeId('List', await context.services.lists.delete(person, input.listId)),
      })),
    addListMember: (_root, { input }, context) =>
      mutate(context, async (person) => {
        const { list, memberId } = await context.services.lists.addMember(person, input.listId, input.userId);
        return { list, user: userKey(memberId) };
      }),
    removeListMember: (_root, { input }, context) =>
      mutate(context, async (person) => {
        const { list, memberId } = await context.services.lists.removeMember(
          person,
          input.listId,
          input.userId,
        );
        return { list, user: userKey(memberId) };
      }),
    followList: (_root, { input }, context) =>
      mutate(context, async (person) => ({
        list: await context.services.lists.follow(person, input.listId),
      })),
    unfollowList: (_root, { input }, context) =>
      mutate(context, async (person) => ({
        list: await context.services.lists.unfollow(person, input.listId),
      })),
    moveListMarker: (_root, { input }, context) =>
      mutate(context, (person) => context.services.lists.moveMarker(person, input.listId, input.through)),
  },
} satisfies Resolvers;

/** What came before it in the request may have been remembered: what follows starts with loaders that remember nothing. */
async function mutate<Payload extends object>(context: Context, run: (person: Person) => Promise<Payload>) {
  const viewerId = requireViewer(context);
  context.loaders = context.services.lists.loadersFor(viewerId);
  const payload = await payloadOf(() => run({ viewerId, loaders: context.loaders }));
  context.loaders = context.services.lists.loadersFor(viewerId);
  return { ...payload, errors: payload.errors.map(inSchema) };
}
