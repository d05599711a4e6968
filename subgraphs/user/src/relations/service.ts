import { decodeId, type UserId } from '@murmuration/ids';
import type { UserDatabase } from '@murmuration/prisma/user';
import { maySeeProfile, relationBits } from '@murmuration/relationships';
import {
  futureMoment,
  notAllowed,
  notFound,
  payloadOf,
  retryConflicts,
  unauthenticated,
  validationError,
} from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { PositionTeller } from '@murmuration/events';
import type { AfterCommit } from '../after-commit.ts';
import type { Asker } from '../loaders.ts';
import type { Change } from './change.ts';
import { relationDefaults, type RelationLimits } from './limits.ts';
import { createRelationChanges, type RelationChanges, type Target } from './changes.ts';
import { mayChange } from './policy.ts';
import { readRelations } from './relation-sql.ts';

export type RelationService = ReturnType<typeof createRelationService>;

export function createRelationService(options: {
  database: UserDatabase;
  afterCommit: AfterCommit;
  tellPosition: PositionTeller;
  limits?: RelationLimits;
}) {
  const { database, afterCommit, tellPosition, limits = relationDefaults } = options;
  const changes = createRelationChanges(database, limits);

  async function run(
    name: keyof RelationChanges,
    { viewerId, target }: Pair,
    until: Date | null,
  ): Promise<Change> {
    const may = mayChange(name, target.relation);
    if (may === 'no') throw notFound('person', { path });
    const change = await retryConflicts(() => changes[name](viewerId, target, until));
    if (may === 'if it was so' && change.writtenAt === null) throw notFound('person', { path });
    return change;
  }

  return {
    /**
     * Who is meant → the row with its event and counters → caches forgotten → the person as they now are.
     * Answers the payload of any of them.
     */
    change: (name: keyof RelationChanges, input: RelationInput, context: Asker) =>
      payloadOf(async () => {
        const until = futureMoment('until', input.until);
        const pair = await readPair(input.userId, database, context);
        const { writtenAt, takesSightAway } = await run(name, pair, until);
        if (writtenAt !== null || takesSightAway) {
          await afterCommit.relationChanged([pair.viewerId, pair.target.id], { takesSightAway });
        }
        if (writtenAt !== null) tellPosition(context, writtenAt);
        context.loaders.forget();
        const user = await context.loaders.people.load(pair.target.id);
        // They blocked the viewer at the same moment, and what was asked for did not happen.
        if (!user && mayChange(name, relationBits.blocksViewer) === 'no') throw notFound('person', { path });
        return { user };
      }),
  };
}

export interface RelationInput {
  userId: string;
  /** Of a mute: when it ends by itself, as ISO 8601 text. */
  until?: unknown;
}

/** Of whom the mutation is about, in its input. */
const path = ['userId'];

interface Pair {
  viewerId: UserId;
  target: Target;
}

/** @throws UserErrors for what is nobody's id, or the viewer's own */
async function readPair(wire: string, database: UserDatabase, context: Asker): Promise<Pair> {
  const viewerId = requireViewer(context);
  const targetId = decodeId('User', wire);
  if (targetId === null) throw validationError('userId', 'This is not the id of a person.');
  if (targetId === viewerId) throw notAllowed('You cannot do this to yourself.', { code: 'ONESELF', path });
  const relations = await readRelations(database, viewerId, [viewerId, targetId]);
  const [self, relation] = [viewerId, targetId].map((id) => relations.get(id) ?? relationBits.authorMissing);
  if (self === undefined || !maySeeProfile(self))
    throw unauthenticated('This account does not exist any more.');
  return { viewerId, target: { id: targetId, relation: relation ?? relationBits.authorMissing } };
}
