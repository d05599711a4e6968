import type { ResetReason } from '@murmuration/service-kit/subgraph';
import type { SeenEntry } from '../belonging/visible.ts';

/** What a stream carries, before resolvers make GraphQL of it; `seq` is its place in the log. */
export type LiveEvent =
  /** `writtenAtMs`: of what is told as it happens, not of what a stream has missed. */
  | {
      type: 'PostAdded';
      seq: bigint;
      entry: SeenEntry;
      writtenAtMs: number | null;
      audience?: string | undefined;
    }
  | { type: 'PostRemoved'; seq: bigint; postId: bigint; reposterId: bigint | null }
  /** Nothing that the person wrote or reposted is to be shown any more. */
  | { type: 'PersonHidden'; seq: bigint; personId: bigint }
  /** From here on places are those of this incarnation of the projection. */
  | { type: 'Reset'; seq: bigint; reason: ResetReason; incarnation: string };
