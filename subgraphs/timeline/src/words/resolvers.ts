import { encodeId } from '@murmuration/ids';
import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { userKey } from '../belonging/keys.ts';
import type { Context } from '../context.ts';
import type { MutedWordScope, Resolvers } from '../generated/resolvers.ts';
import { inSchema } from '../user-errors.ts';
import type { MutedScope } from './muted-sql.ts';

const scopes = {
  home: 'HOME',
  notifications: 'NOTIFICATIONS',
  everywhere: 'EVERYWHERE',
} as const satisfies Record<MutedScope, MutedWordScope>;

function scopeOf(name: MutedWordScope | null | undefined, fallback: MutedWordScope): MutedScope {
  return (name ?? fallback).toLowerCase() as MutedScope;
}

export const wordResolvers = {
  Viewer: {
    mutedWords: ({ viewerId }, _args, { services }) => services.words.muted(viewerId),
    hiddenReposters: async ({ viewerId }, _args, { services }) =>
      (await services.words.hiddenReposters(viewerId)).map(userKey),
    mutedThreads: ({ viewerId }, _args, { services }) => services.threads.muted(viewerId),
  },
  MutedThread: {
    postId: ({ postId }) => encodeId('Post', postId),
    post: ({ authorId, postId }) =>
      authorId === null
        ? null
        : { __typename: 'Post', id: encodeId('Post', postId), author: userKey(authorId) },
    scope: ({ scope }) => scopes[scope],
    until: ({ until }) => until?.toISOString() ?? null,
  },
  MutedWord: {
    scope: ({ scope }) => scopes[scope],
    until: ({ until }) => until?.toISOString() ?? null,
  },
  Mutation: {
    muteWord: (_root, { input: { scope, text, until } }, context) =>
      mutate(context, async (viewerId) => {
        const word = {
          text,
          scope: scopeOf(scope, 'EVERYWHERE'),
          until: until ?? null,
        };
        return { mutedWord: await context.services.words.mute(viewerId, word) };
      }),
    unmuteWord: (_root, { input }, context) =>
      mutate(context, async (viewerId) => {
        await context.services.words.unmute(viewerId, input.text);
        return {};
      }),
    muteThread: (_root, { input: { scope, postId, until } }, context) =>
      mutate(context, async (viewerId) => {
        const mute = { post: postId, scope: scopeOf(scope, 'NOTIFICATIONS'), until: until ?? null };
        return { mutedThread: await context.services.threads.mute(viewerId, mute) };
      }),
    unmuteThread: (_root, { input }, context) =>
      mutate(context, async (viewerId) => {
        await context.services.threads.unmute(viewerId, input.postId);
        return {};
      }),
    hideReposts: (_root, { input }, context) => setHidden(context, input.userId, true),
    showReposts: (_root, { input }, context) => setHidden(context, input.userId, false),
  },
} satisfies Resolvers;

function setHidden(context: Context, person: string, isHidden: boolean) {
  return mutate(context, async (viewerId) => ({
    user: userKey(await context.services.words.hideReposts(viewerId, person, isHidden)),
  }));
}

async function mutate<Payload extends object>(context: Context, run: (viewerId: bigint) => Promise<Payload>) {
  const viewerId = requireViewer(context);
  const payload = await payloadOf(() => run(viewerId));
  return { ...payload, errors: payload.errors.map(inSchema) };
}
