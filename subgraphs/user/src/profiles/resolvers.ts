import { badUserInput, decodeId, encodeId } from '@murmuration/ids';
import { has } from '@murmuration/relationships';
import { payloadOf } from '@murmuration/service-kit';
import { handlePattern } from '../accounts/handle.ts';
import type { Context } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Person, PersonCounts } from './person.ts';

export const profileResolvers = {
  Query: {
    user: (_root, { handle }, context) => context.loaders.peopleByHandle.load(handleFrom('handle', handle)),
  },
  Mutation: {
    updateProfile: (_root, { input }, context) =>
      payloadOf(async () => ({ user: await context.services.profiles.update(input, context) })),
  },
  User: {
    __resolveReference: (reference, context) => loadReference(reference, context),
    id: (person) => encodeId('User', person.id),
    followerCount: async (person) => (await countsOf(person)).followerCount,
    followingCount: async (person) => (await countsOf(person)).followingCount,
    viewerRelation: (person) =>
      person.view.viewerId === null || has(person.relation, 'self') ? null : person,
  },
  ViewerRelation: {
    isFollowing: (person) => has(person.relation, 'viewerFollows'),
    isFollowedBy: (person) => has(person.relation, 'followsViewer'),
    hasRequestedFollow: (person) => has(person.relation, 'viewerRequested'),
    hasIncomingFollowRequest: (person) => person.hasIncomingRequest,
    isBlocking: (person) => has(person.relation, 'viewerBlocks'),
    isMuting: (person) => has(person.relation, 'viewerMutes'),
  },
} satisfies Resolvers;

function loadById(id: bigint | null, context: Context): Promise<Person | null> | null {
  return id === null ? null : context.loaders.people.load(id);
}

/**
 * The handle that a query's argument is, in lower case.
 * @throws GraphQLError `BAD_USER_INPUT` for what can never be one
 */
function handleFrom(argument: string, given: string): string {
  const handle = readHandle(given);
  if (handle === null) throw badUserInput(argument, `\`${argument}\` is not a handle.`);
  return handle;
}

function readHandle(given: string): string | null {
  const handle = given.replace(/^@/, '');
  return handlePattern.test(handle) ? handle.toLowerCase() : null;
}

/** Another subgraph's key: by id, or by handle. */
function loadReference(
  reference: { id?: unknown; handle?: unknown },
  context: Context,
): Promise<Person | null> | null {
  if (typeof reference.id === 'string') return loadById(decodeId('User', reference.id), context);
  const handle = typeof reference.handle === 'string' ? readHandle(reference.handle) : null;
  return handle === null ? null : context.loaders.peopleByHandle.load(handle);
}

async function countsOf(person: Person): Promise<Omit<PersonCounts, 'id'>> {
  return (await person.view.counts.load(person.id)) ?? { followerCount: 0, followingCount: 0 };
}
