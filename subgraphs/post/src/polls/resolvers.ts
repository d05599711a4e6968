import type { Resolvers } from '../generated/resolvers.ts';
import { mutate } from '../mutate.ts';
import { optionsOf } from './service.ts';

export const pollResolvers = {
  Mutation: {
    castVote: (_root, { input }, context) =>
      mutate(context, () => context.services.polls.vote(context, input)),
  },
  Post: { poll: (post, _args, context) => context.services.polls.find(context, post) },
  Poll: {
    options: optionsOf,
    isMultipleChoice: ({ poll }) => poll.isMultiple,
    endsAt: ({ poll }) => poll.endsAt.toISOString(),
    hasEnded: ({ poll }) => poll.hasEnded,
    voterCount: ({ poll }) => poll.voterCount,
    viewerHasVoted: ({ poll }) => poll.viewerChoices !== null,
  },
} satisfies Resolvers;
