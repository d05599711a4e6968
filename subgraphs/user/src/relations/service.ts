import type { UserDatabase } from '@murmuration/prisma/user';
import type { UserId } from '@murmuration/ids';
import { has, relationBits } from '@murmuration/relationships';
import { futureMoment, notFound, payloadOf, retryConflicts } from '@murmuration/service-kit';
import type { Throttle } from '@murmuration/service-kit/rate-limit';
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
  /** Follows of a person within a day. */
  follows: Pick<Throttle, 'charge'>;
  limits?: RelationLimits;
}) {
  const { database, afterCommit, follows, tellPosition, limits = relationDefaults } = options;
  const changes = createRelationChanges(database, limits);

  async function run(
    name: keyof RelationChanges,
    { viewerId, target }: Pair,
    until: Date | null,
    context: Asker,
  ): Promise<Change> {
    const may = mayChange(name, target.relation);
    if (may === 'no') throw notFound('person', { path });
    const make = () => retryConflicts(() => changes[name](viewerId, target, until));
    const change = isNewFollow(name, target) ? await charged(make, viewerId, context) : await make();
    if (may === 'if it was so' && change.writtenAt === null) throw notFound('person', { path });
    return change;
  }

  function charged(make: () => Promise<Change>, viewerId: UserId, told: Asker): Promise<Change> {
    return follows.charge(
      { key: `${viewerId}`, points: 1, told },
      make,
      (change) => change.writtenAt !== null,
    );
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
        const { writtenAt, takesSightAway } = await run(name, pair, until, context);
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

/** Following again whom one follows, or asked to, is no follow more: a retry is never refused for what it did before. */
function isNewFollow(name: keyof RelationChanges, { relation }: Pair['target']): boolean {
  return name === 'followUser' && !has(relation, 'viewerFollows') && !has(relation, 'viewerRequested');
}

export interface RelationInput {
  userId: string;
  /** Of a mute: when it ends by itself, as ISO 8601 text. */
  until?: unknown;
}
