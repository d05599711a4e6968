import type { FollowEdge } from './follow-graph.ts';
import { castHandles, type PersonPlan } from './people.ts';
import type { Random } from './random.ts';
import type { Voices } from './voices.ts';

export interface PostPlan {
  author: number;
  text: string;
  atMs: number;
  visibility: 'public' | 'followers';
  /** Places of the posts it answers or quotes: always earlier ones that everyone may see. */
  replyTo: number | null;
  quoted: number | null;
  poll?: PollPlan;
}

export interface PollPlan {
  options: string[];
  isMultiple: boolean;
  endsAtMs: number;
  /** Each person once, never the author. */
  votes: { person: number; choices: number[] }[];
}

const historyMs = 30 * 24 * 3_600_000;
/** Chance alone would leave a small or an unlucky town with fewer conversations than this. */
const leastReplyShare = 0.31;
const share = { reply: 0.34, quote: 0.05, followersOnly: 0.04, mention: 0.08 } as const;
/** Each of the cast writes one post in so many, so that their walk-throughs have something to show. */
const castShare = 0.02;

/** Posts in the order in which they were said, spread over the last month. */
export function planPosts(options: {
  random: Random;
  voices: Voices;
  people: PersonPlan[];
  follows: FollowEdge[];
  postsCount: number;
  nowMs: number;
}): PostPlan[] {
  const { random, voices, people, postsCount, nowMs } = options;
  const pickAuthor = authorPicker(options);
  const posts: PostPlan[] = [];
  const publicPosts: number[] = [];
  let replies = 0;
  for (let place = 0; place < postsCount; place++) {
    const author = pickAuthor();
    const isDue = replies < leastReplyShare * (place + 1);
    const isReply = publicPosts.length > 1 && (random.chance(share.reply) || isDue);
    const isQuote = !isReply && publicPosts.length > 1 && random.chance(share.quote);
    if (isReply) replies++;
    // Conversations are about what is recent: targets come from the last few hundred public posts.
    const recent = () => publicPosts[Math.max(0, publicPosts.length - 1 - random.below(300))] ?? 0;
    const text = isReply ? voices.reply() : isQuote ? voices.quote() : voices.post();
    const mention = random.chance(share.mention) ? ` @${random.pick(people).handle}` : '';
    const isHidden = !isReply && !isQuote && random.chance(share.followersOnly);
    posts.push({
      author,
      text: text + mention,
      atMs: Math.floor(nowMs - historyMs + (historyMs * (place + random.next())) / (postsCount + 1)),
      visibility: isHidden ? 'followers' : 'public',
      replyTo: isReply ? recent() : null,
      quoted: isQuote ? recent() : null,
    });
    if (!isHidden && !people[author]?.isPrivate) publicPosts.push(place);
  }
  return posts;
}

/** People write roughly as much as they are followed, and everyone writes a little. */
function authorPicker({
  random,
  people,
  follows,
}: {
  random: Random;
  people: PersonPlan[];
  follows: FollowEdge[];
}) {
  const followees = follows.map((follow) => follow.followee);
  const firstOfCast = people.length - castHandles.length;
  return () => {
    if (random.chance(castShare * castHandles.length)) return firstOfCast + random.below(castHandles.length);
    return random.chance(0.6) && followees.length > 0 ? random.pick(followees) : random.below(people.length);
  };
}
