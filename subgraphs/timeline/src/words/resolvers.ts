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

export const wordResolvers = {
  Viewer: {
    mutedWords: ({ viewerId }, _args, { services }) => services.words.muted(viewerId),
    hiddenReposters: async ({ viewerId }, _args, { services }) =>
      (await services.words.hiddenReposters(viewerId)).map(userKey),
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
          scope: (scope ?? 'EVERYWHERE').toLowerCase() as MutedScope,
          until: until ?? null,
        };
        return { mutedWord: await context.services.words.mute(viewerId, word) };
      }),
    unmuteWord: (_root, { input }, context) =>
      mutate(context, async (viewerId) => {
        await context.services.words.unmute(viewerId, input.text);
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
