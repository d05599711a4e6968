import { payloadOf, requireViewer } from '@murmuration/service-kit';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Tokens } from './service.ts';

export const sessionResolvers: Resolvers = {
  Mutation: {
    logIn: (_root, { input }, context) => answer(context, () => context.services.accounts.logIn(input)),
    refreshSession: (_root, { input }, context) =>
      answer(context, () => context.services.sessions.refresh(input.refreshToken)),
    logOut: (_root, _args, context) => logOut(context),
    logOutEverywhere: async (_root, _args, context) => ({
      endedSessionCount: await context.services.sessions.endAll(requireViewer(context)),
      errors: [],
    }),
  },
};

/** Tokens and their owner as a `SessionPayload`. */
export async function answer(context: Context, open: () => Promise<Tokens>) {
  return payloadOf(async () => {
    const tokens = await open();
    return { ...tokens, user: await context.loaders.people.load(tokens.accountId) };
  });
}

async function logOut(context: Context) {
  const viewerId = requireViewer(context);
  const ended = context.sessionId ? await context.services.sessions.end(viewerId, context.sessionId) : 0;
  return { endedSessionCount: ended, errors: [] };
}
