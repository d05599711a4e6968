import { base, en, Faker } from '@faker-js/faker';
import { type FollowEdge, type FollowGraph, makeFollowGraph } from './follow-graph.ts';
import { type PersonPlan, planPeople } from './people.ts';
import { planPolls } from './polls.ts';
import { type PostPlan, planPosts } from './posts.ts';
import { createRandom } from './random.ts';
import { planReactions, type ReactionPlan } from './reactions.ts';
import { createVoices } from './voices.ts';

/** Everything that will be written, before anything is: people and posts are named by their places. */
export interface Town {
  people: PersonPlan[];
  follows: FollowEdge[];
  posts: PostPlan[];
  likes: ReactionPlan[];
  reposts: ReactionPlan[];
}

export const townDefaults = {
  seed: 1,
  peopleCount: 150,
  celebrityCount: 3,
  meanFollows: 14,
  postsCount: 1_200,
} as const;

/** Plans a town on the given follow graph, or on one of its own. The same options plan the same town. */
export function planTown(options: { graph?: FollowGraph; postsCount?: number; nowMs: number }): Town {
  // Not the shared instance of the library: nobody else's draws may change the town.
  const faker = new Faker({ locale: [en, base], seed: townDefaults.seed });
  const random = createRandom(faker);
  const { peopleCount, celebrityCount, meanFollows } = townDefaults;
  const graph = options.graph ?? makeFollowGraph({ random, peopleCount, celebrityCount, meanFollows });
  const voices = createVoices(faker, random);
  const { people, follows } = planPeople({ faker, random, voices, graph });
  const { nowMs, postsCount = townDefaults.postsCount } = options;
  const said = planPosts({ random, voices, people, follows, postsCount, nowMs });
  const asking = new Faker({ locale: [en, base], seed: townDefaults.seed });
  const posts = planPolls({
    faker: asking,
    random: createRandom(asking),
    people,
    follows,
    posts: said,
    nowMs,
  });
  const { likes, reposts } = planReactions({ random, people, follows, posts });
  return { people, follows, posts, likes, reposts };
}
