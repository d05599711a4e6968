import type { SeenEntry } from '../belonging/visible.ts';
import type { Cursored, ResetEvent } from '../log/resumable-streams.ts';

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
  | ResetEvent;

/** As a stream tells it. */
export type CursoredEvent = Cursored<LiveEvent>;
export type CursoredEventOf<Type extends LiveEvent['type']> = Extract<CursoredEvent, { type: Type }>;

/** Whether an event shows something that must not be shown once its viewer may not see it any more. */
export function showsPost({ type }: LiveEvent): boolean {
  return type === 'PostAdded';
}
