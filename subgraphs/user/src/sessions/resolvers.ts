import { encodeId } from '@murmuration/ids';
import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { type GraphQLResolveInfo, Kind, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Tokens } from './service.ts';

export const sessionResolvers = {
  Mutation: {
    logIn: (_root, { input }, context, info) =>
      answer(context, info, () => context.services.accounts.logIn(input, context)),
    refreshSession: (_root, { input }, context, info) =>
      answer(context, info, () => context.services.sessions.refresh(input.refreshToken, context)),
    logOut: (_root, { input }, context) =>
      payloadOf(async () => ({ endedSessionCount: await logOut(context, input?.refreshToken) })),
    logOutEverywhere: async (_root, _args, context) => ({
      endedSessionCount: await context.services.sessions.logOutEverywhere(requireViewer(context), context),
      errors: [],
    }),
    renameSession: (_root, { input }, context) =>
      payloadOf(() => context.services.devices.rename(input, context)),
    endSession: (_root, { input }, context) =>
      payloadOf(() => context.services.devices.end(input.sessionId, context)),
    endOtherSessions: async (_root, _args, context) => ({
      endedSessionCount: await context.services.devices.endOthers(requireViewer(context), context),
      errors: [],
    }),
  },
  Viewer: {
    sessions: ({ viewerId }, args, { services }) => services.sessions.list(viewerId, args),
  },
  Session: {
    id: ({ id }) => encodeId('Session', id),
    isCurrent: ({ id }, _args, { sessionId }) => id === sessionId,
  },
} satisfies Resolvers;

/**
 * Tokens and their owner, as they see themselves, as the payload of a session. What other subgraphs know of the owner is read
 * the same way by `readAs` (gateway/README.md), unless something beside it would be read so too.
 */
export async function answer(
  { extensions, services }: Context,
  { operation }: GraphQLResolveInfo,
  open: () => Promise<Tokens>,
) {
  return payloadOf(async () => {
    const tokens = await open();
    if (isSoleField(operation)) extensions.readAs = tokens.accessToken;
    return { ...tokens, user: await services.viewOf(tokens.accountId).people.load(tokens.accountId) };
  });
}

function isSoleField({ selectionSet: { selections } }: OperationDefinitionNode): boolean {
  return selections.length === 1 && selections[0]?.kind === Kind.FIELD;
}

async function logOut(context: Context, refreshToken: string | null | undefined): Promise<number> {
  const { services, sessionId } = context;
  if (typeof refreshToken === 'string') return services.sessions.logOutByRefreshToken(refreshToken, context);
  const viewerId = requireViewer(context);
  return sessionId ? services.sessions.logOut(viewerId, sessionId, context) : 0;
}
