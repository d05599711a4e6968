import type { SeenEntry } from '../home/pipeline.ts';

/** Why a stream cannot continue at its cursor. */
export type ResetReason = 'TOO_OLD' | 'REBUILT' | 'NOT_YOURS' | 'INVALID';

/** What a stream carries, before resolvers make GraphQL of it; `seq` is its place in the log. */
export type LiveEvent =
  | { type: 'PostAdded'; seq: bigint; entry: SeenEntry }
  | { type: 'PostRemoved'; seq: bigint; postId: bigint; reposterId: bigint | null }
  /** From here on places are those of this incarnation of the projection. */
  | { type: 'Reset'; seq: bigint; reason: ResetReason; incarnation: string };
