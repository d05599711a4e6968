import { decodeId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import {
  notAllowed,
  notFound,
  payloadOf,
  requireViewer,
  unauthenticated,
  validationError,
} from '@murmuration/service-kit';
import type { PositionTeller } from '@murmuration/events';
import type { AfterCommit } from '../after-commit.ts';
import type { Context } from '../context.ts';
import type { Person } from '../profiles/person.ts';
import type { Change } from './change.ts';
import { createRelationChanges, type RelationChanges, unblockHidden } from './changes.ts';

export type RelationService = ReturnType<typeof createRelationService>;

export function createRelationService(options: {
  database: UserDatabase;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
}) {
  const { database, afterCommit, tellPosition } = options;
  const changes = createRelationChanges(database);

  async function run(name: keyof RelationChanges, pair: Pair): Promise<Change> {
    if (pair.target) return changes[name](pair.viewerId, pair.target);
    if (name === 'unblock') return unblockHidden(database, pair.viewerId, pair.targetId);
    throw notFound('person');
  }

  return {
    /**
     * Who is meant → the row with its event and counters → caches forgotten → the person as they now are.
     * Answers a `RelationPayload`.
     */
    change: (name: keyof RelationChanges, input: { userId: string }, context: Context) =>
      payloadOf(async () => {
        const pair = await readPair(input.userId, context);
        const { writtenAt, takesSightAway } = await run(name, pair);
        if (writtenAt !== null || takesSightAway) {
          await afterCommit.relationChanged([pair.viewerId, pair.targetId], { takesSightAway });
        }
        if (writtenAt !== null) tellPosition(context, writtenAt);
        context.loaders.forget();
        const user = await context.loaders.people.load(pair.targetId);
        // They blocked the viewer at the same moment: what was asked for did not happen.
        if (!user && pair.target) throw notFound('person');
        return { user };
      }),
  };
}

interface Pair {
  viewerId: UserId;
  targetId: UserId;
  /** Null when the person does not exist for the viewer. */
  target: Person | null;
}

/** @throws UserErrors for what is nobody's id, or the viewer's own */
async function readPair(wire: string, context: Context): Promise<Pair> {
  const viewerId = requireViewer(context);
  const targetId = decodeId('User', wire);
  if (targetId === null) throw validationError('userId', 'This is not the id of a person.');
  if (targetId === viewerId) throw notAllowed('You cannot do this to yourself.');
  const { people } = context.loaders;
  const [viewer, target] = await Promise.all([people.load(viewerId), people.load(targetId)]);
  if (!viewer) throw unauthenticated('This account does not exist any more.');
  return { viewerId, targetId, target };
}
