import { notAllowed } from '@murmuration/service-kit';
import { type PostRow, type Visibility, visibilities } from './post.ts';

/**
 * What a reply's author wants, or as wide as it may be: never wider than what it answers, for it tells what that says.
 * @throws UserErrors `NotAllowed`
 */
export function chooseVisibility(wanted: Visibility | undefined, widest: Visibility): Visibility {
  if (wanted && visibilities.indexOf(wanted) > visibilities.indexOf(widest)) {
    throw notAllowed('The visibility of a reply cannot be wider than that of what it answers.', {
      code: 'WIDER_THAN_PARENT',
      path: ['visibility'],
    });
  }
  return wanted ?? widest;
}

/** Whom a post is for by name: those it mentions and, unless it is for everyone, whom it answers. */
export function audienceOf(options: {
  authorId: bigint;
  mentionedIds: readonly bigint[];
  visibility: Visibility;
  parent: Pick<PostRow, 'authorId'> | null;
}): bigint[] {
  const { authorId, mentionedIds, parent, visibility } = options;
  const answered = parent && visibility !== 'public' ? [parent.authorId] : [];
  const ids = new Set([...mentionedIds, ...answered]);
  ids.delete(authorId);
  return [...ids];
}
