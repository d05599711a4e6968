import type { UserDatabase } from '@murmuration/prisma/user';
import { relationBits } from '@murmuration/relationships';
import { futureMoment, notFound, payloadOf, retryConflicts } from '@murmuration/service-kit';
import type { PositionTeller } from '@murmuration/events';
import type { AfterCommit } from '../after-commit.ts';
import type { Asker } from '../loaders.ts';
import type { Change } from './change.ts';
import { relationDefaults, type RelationLimits } from './limits.ts';
import { createRelationChanges, type RelationChanges } from './changes.ts';
import { type Pair, path, readPair } from './pair.ts';
import { mayChange } from './policy.ts';

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
