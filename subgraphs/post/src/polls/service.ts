import { conflict, notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { CastVoteInput } from '../generated/resolvers.ts';
import { loadAddressed } from '../posts/addressed.ts';
import { postIdFrom } from '../posts/input.ts';
import type { PostRow } from '../posts/post.ts';
import { hasWritten } from '../written.ts';
import { choicesOf, maySeeCounts, requireOthers, requireSame } from './policy.ts';
import type { ShownPoll } from './poll.ts';
import { addVote, findChoices } from './repository.ts';

export interface ShownOption {
  index: number;
  text: string;
  voteCount: number | null;
  viewerHasChosen: boolean;
}

/** What a post that the viewer sees asks; null where it asks nothing. */
export async function pollOf({ loaders, viewerId }: Context, post: PostRow): Promise<ShownPoll | null> {
  const poll = await loaders.polls.load(post.id);
  return poll && { poll, showsCounts: maySeeCounts(viewerId, post, poll) };
}

export function optionsOf({ poll, showsCounts }: ShownPoll): ShownOption[] {
  return poll.options.map((text, index) => ({
    index,
    text,
    voteCount: showsCounts ? (poll.counts[index] ?? 0) : null,
    viewerHasChosen: poll.viewerChoices?.includes(index) ?? false,
  }));
}

/**
 * Votes in a poll of somebody else's that the viewer may see, once and for good. Voting the same again changes nothing, after the
 * end too: whoever lost the answer asks again.
 * @throws UserErrors `NotFound`, `Blocked`, `NotAllowed`, `ValidationError`; `Conflict` when it has ended, or the viewer voted otherwise
 */
export async function castVote(context: Context, input: CastVoteInput): Promise<{ post: PostRow | null }> {
  const { loaders, services } = context;
  const voterId = requireViewer(context);
  const { post } = await loadAddressed(context, 'postId', postIdFrom('postId', input.postId));
  const poll = await loaders.polls.load(post.id);
  if (!poll) throw notFound('poll', { path: ['postId'] });
  requireOthers(voterId, post);
  const choices = choicesOf(poll, input.choices);
  const { isOpen, writtenAt } = await addVote(services.database, { postId: post.id, voterId, choices });
  if (writtenAt !== null) {
    hasWritten(context, writtenAt);
    return { post };
  }
  if (isOpen === null) throw notFound('poll', { path: ['postId'] });
  const before = await findChoices(services.database, post.id, voterId);
  if (before === null) throw conflict('This poll has ended.', { code: 'POLL_ENDED', path: ['postId'] });
  requireSame(before, choices);
  return { post };
}
