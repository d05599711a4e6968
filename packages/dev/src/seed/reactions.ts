import type { FollowEdge } from './follow-graph.ts';
import type { PersonPlan } from './people.ts';
import type { PostPlan } from './posts.ts';
import type { Random } from './random.ts';

/** A like or a repost. */
export interface ReactionPlan {
  person: number;
  post: number;
  atMs: number;
}

const meanLikes = 2.6;
const meanReposts = 0.25;
/** Reactions come within hours; never before the post. */
const meanDelayMs = 3 * 3_600_000;

/** Likes and reposts, mostly by the author's followers, more for those who are followed more. */
export function planReactions(options: {
  random: Random;
  people: PersonPlan[];
  follows: FollowEdge[];
  posts: PostPlan[];
}): { likes: ReactionPlan[]; reposts: ReactionPlan[] } {
  const { random, people, follows, posts } = options;
  const followersOf = people.map((): number[] => []);
  for (const { follower, followee } of follows) followersOf[followee]?.push(follower);
  const likes: ReactionPlan[] = [];
  const reposts: ReactionPlan[] = [];
  const newestMs = posts.at(-1)?.atMs ?? 0;
  for (const [place, post] of posts.entries()) {
    const followers = followersOf[post.author] ?? [];
    const isPublic = post.visibility === 'public' && !people[post.author]?.isPrivate;
    const audience = () => (isPublic && random.chance(0.2) ? random.below(people.length) : pick(followers));
    const pick = (from: number[]) => (from.length > 0 ? random.pick(from) : null);
    const draw = (mean: number) => {
      const chosen = new Set<number>();
      for (let wanted = Math.round(random.exponential(mean)); wanted > 0; wanted--) {
        const person = audience();
        if (person !== null && person !== post.author) chosen.add(person);
      }
      return [...chosen].map((person) => ({
        person,
        post: place,
        atMs: Math.min(newestMs, Math.floor(post.atMs + 1 + random.exponential(meanDelayMs))),
      }));
    };
    likes.push(...draw(meanLikes * (1 + Math.log10(1 + followers.length / 20))));
    if (isPublic) reposts.push(...draw(meanReposts));
  }
  return { likes, reposts };
}
