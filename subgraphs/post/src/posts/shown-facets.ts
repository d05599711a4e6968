import { maySeeProfile } from '@murmuration/relationships';
import type { Asker } from '../loaders.ts';
import { parseTag } from '../hashtags/tag.ts';
import type { Facet } from './facets.ts';

/**
 * What a post's facets are for the viewer. A mention of somebody who does not exist for them is plain text, as one of
 * nobody is: where it cannot be told the facet stays and its person is an error. Tags are folded anew, for
 * they may have been stored by an earlier folding.
 */
export function shownFacets(asker: Asker, stored: readonly Facet[]): Facet[] | Promise<Facet[]> {
  const facets = stored.flatMap(foldedAnew);
  const names = facets.some((facet) => facet.__typename === 'MentionFacet');
  return names ? withoutHidden(asker, facets) : facets;
}

function foldedAnew(facet: Facet): Facet[] {
  if (facet.__typename !== 'HashtagFacet') return [facet];
  const tag = parseTag(facet.tag);
  return tag === null ? [] : [{ ...facet, tag }];
}

async function withoutHidden(asker: Asker, facets: Facet[]): Promise<Facet[]> {
  const shown = await Promise.all(
    facets.map((facet) => facet.__typename !== 'MentionFacet' || mayExist(asker, BigInt(facet.userId))),
  );
  return facets.filter((_facet, index) => shown[index]);
}

async function mayExist({ loaders }: Asker, userId: bigint): Promise<boolean> {
  return loaders.relation(userId).then(maySeeProfile, () => true);
}
