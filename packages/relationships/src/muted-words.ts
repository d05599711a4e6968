import type { InternalClient } from '@murmuration/service-kit';
import { relationBatchLimit } from './keys.ts';

/** Path of `timeline`'s internal endpoint that says who does not want to meet what somebody says. */
export const mutedWordsPath = '/internal/muted-words';

export interface MutedWordsRequest {
  text: string;
  /** The first post of its conversation; a release of before names none. */
  rootId?: string;
  /** At most `relationBatchLimit`. */
  viewerIds: string[];
}

export interface MutedWordsAnswer {
  /** Those of the viewers who mute something in it, or its conversation, everywhere. */
  viewerIds: string[];
}

/** What somebody says, as far as it is what others do not want to meet. */
export interface Sayable {
  text: string;
  /** The first post of its conversation. */
  rootId: bigint;
  /** What its poll lets people choose from, if it asks something. */
  pollOptions?: readonly string[] | undefined;
}

/** All that is said in a post, as one text: what its poll asks counts as its text does. */
export function allSaidIn({ pollOptions = [], text }: Pick<Sayable, 'pollOptions' | 'text'>): string {
  return [text, ...pollOptions].join('\n');
}

/**
 * Of some viewers those who do not want to meet it wherever nobody asked for it by name: one call a thousand viewers.
 * @throws when nobody can tell right now
 */
export type MutedIn = (said: Sayable, viewerIds: readonly bigint[]) => Promise<ReadonlySet<bigint>>;

export function createMutedIn(timeline: Pick<InternalClient, 'call'>): MutedIn {
  return async (said, viewerIds) => {
    const muted = new Set<bigint>();
    for (let from = 0; from < viewerIds.length; from += relationBatchLimit) {
      const body: MutedWordsRequest = {
        text: allSaidIn(said),
        rootId: said.rootId.toString(),
        viewerIds: viewerIds.slice(from, from + relationBatchLimit).map(String),
      };
      const found = await timeline.call<MutedWordsAnswer>({ method: 'POST', path: mutedWordsPath, body });
      for (const id of found.viewerIds) muted.add(BigInt(id));
    }
    return muted;
  };
}
