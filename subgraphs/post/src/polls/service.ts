import type { PostDatabase } from '@murmuration/prisma/post';
import { conflict, notFound } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Asker } from '../loaders.ts';
import { loadAddressed } from '../posts/addressed.ts';
import { postIdFrom } from '../posts/input.ts';
import type { PostRow } from '../posts/post.ts';
import type { AfterCommit } from '../after-commit.ts';
import { choicesOf, maySeeCounts, requireOthers, requireSame } from './policy.ts';
import type { ShownPoll } from './poll.ts';
import { addVote, findChoices } from './repository.ts';

/** A vote as a client sends it. */
export interface Ballot {
  readonly postId: string;
  readonly choices: readonly number[];
}

export interface ShownOption {
  index: number;
  text: string;
  voteCount: number | null;
  viewerHasChosen: boolean;
}

export function optionsOf({ poll, showsCounts }: ShownPoll): ShownOption[] {
  return poll.options.map((text, index) => ({
    index,
    text,
    voteCount: showsCounts ? (poll.counts[index] ?? 0) : null,
    viewerHasChosen: poll.viewerChoices?.includes(index) ?? false,
  }));
}

export type PollService = ReturnType<typeof createPollService>;

export function createPollService({
  afterCommit,
  database,
}: {
  database: PostDatabase;
  afterCommit: AfterCommit;
}) {
  return {
    /** What a post that the viewer sees asks; null where it asks nothing. */
    async find({ loaders, viewerId }: Asker, post: PostRow): Promise<ShownPoll | null> {
      const poll = await loaders.polls.load(post.id);
      return poll && { poll, showsCounts: maySeeCounts(viewerId, post, poll) };
    },

    /**
     * Votes in a poll of somebody else's that the viewer may see, once and for good. Voting the same again changes nothing, after
     * the end too: whoever lost the answer asks again.
     * @throws UserErrors `NotFound`, `Blocked`, `NotAllowed`, `ValidationError`; `Conflict` when it has ended, or the viewer voted otherwise
     */
    async vote(asker: Asker, input: Ballot): Promise<{ post: PostRow | null }> {
      const voterId = requireViewer(asker);
      const { post } = await loadAddressed(asker, 'postId', postIdFrom('postId', input.postId));
      const poll = await asker.loaders.polls.load(post.id);
      if (!poll) throw notFound('poll', { path: ['postId'] });
      requireOthers(voterId, post);
      const choices = choicesOf(poll, input.choices);
      const { isOpen, writtenAt } = await addVote(database, { postId: post.id, voterId, choices });
      if (writtenAt !== null) {
        afterCommit.written(asker, writtenAt);
        return { post };
      }
      if (isOpen === null) throw notFound('poll', { path: ['postId'] });
      const before = await findChoices(database, post.id, voterId);
      if (before === null) throw conflict('This poll has ended.', { code: 'POLL_ENDED', path: ['postId'] });
      requireSame(before, choices);
      return { post };
    },
  };
}
