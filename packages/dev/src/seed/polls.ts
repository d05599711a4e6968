import type { Faker } from '@faker-js/faker';
import type { FollowEdge } from './follow-graph.ts';
import { castHandles, type PersonPlan } from './people.ts';
import type { PollPlan, PostPlan } from './posts.ts';
import type { Random } from './random.ts';

/** Of what somebody says in answer to nobody, so much asks something. */
const pollShare = 0.06;
const meanVotes = 8;
const hourMs = 3_600_000;
const openForMs = [hourMs, 6 * hourMs, 24 * hourMs, 3 * 24 * hourMs, 7 * 24 * hourMs];

/**
 * Makes questions of some posts, with the votes that there were until now, and of the newest one of each of the cast, which is
 * open. It draws from a generator of its own, so that all else is as it would be without polls.
 */
export function planPolls(options: {
  faker: Faker;
  random: Random;
  people: PersonPlan[];
  follows: FollowEdge[];
  posts: PostPlan[];
  nowMs: number;
}): PostPlan[] {
  const { faker, follows, nowMs, people, posts, random } = options;
  const followersOf = people.map((): number[] => []);
  for (const { follower, followee } of follows) followersOf[followee]?.push(follower);
  const candidates = new Set(posts.flatMap((post, place) => (mayAsk(post) ? [place] : [])));
  const newest = castHandles.map((_handle, index) => {
    const author = people.length - castHandles.length + index;
    return [...candidates].findLast((place) => posts[place]?.author === author);
  });

  function pollOf({ atMs, author }: PostPlan, { choices, isMultiple }: Question, isOpen: boolean): PollPlan {
    const endsAtMs = isOpen ? nowMs + 7 * 24 * hourMs : atMs + random.pick(openForMs);
    const voters = new Set<number>();
    const followers = followersOf[author] ?? [];
    for (let wanted = Math.round(random.exponential(meanVotes)); wanted > 0 && followers.length > 0; wanted--)
      voters.add(random.pick(followers));
    voters.delete(author);
    const votes = [...voters].map((person) => {
      const first = random.below(choices.length);
      const second = isMultiple && random.chance(0.5) ? random.below(choices.length) : first;
      return { person, choices: [...new Set([first, second])].sort() };
    });
    return { options: choices, isMultiple, endsAtMs, votes };
  }

  return posts.map((post, place) => {
    const isOpen = newest.includes(place);
    if (!candidates.has(place) || !(isOpen || random.chance(pollShare))) return post;
    const question = questionOf(faker, random);
    return { ...post, text: question.text, poll: pollOf(post, question, isOpen) };
  });
}

function mayAsk({ quoted, replyTo, visibility }: PostPlan): boolean {
  return replyTo === null && quoted === null && visibility === 'public';
}

interface Question {
  text: string;
  choices: string[];
  isMultiple: boolean;
}

function questionOf(faker: Faker, random: Random): Question {
  const some = (make: () => string) => {
    const found = new Set<string>();
    const wanted = 2 + random.below(3);
    for (let tries = 0; found.size < wanted && tries < 50; tries++) found.add(make());
    return [...found];
  };
  const one = (text: string, choices: string[]) => ({ text, choices, isMultiple: false });
  const questions: (() => Question)[] = [
    () =>
      one(
        'What do I cook tonight? #cooking',
        some(() => faker.food.dish()),
      ),
    () =>
      one(
        'Four days off. Where to?',
        some(() => faker.location.city()),
      ),
    () =>
      one(
        'Which of them do I read next? #books',
        some(() => faker.book.title()),
      ),
    () => one('Is it spring yet?', ['Yes', 'Not yet', 'Ask the birds']),
    () => one(`The ${faker.animal.type()} next door: friend or foe?`, ['Friend', 'Foe']),
    () => ({
      text: 'Which of these have you seen this year? #birds',
      choices: some(() => faker.animal.bird()),
      isMultiple: true,
    }),
    () => ({
      text: 'What belongs into the soup?',
      choices: some(() => faker.food.ingredient()),
      isMultiple: true,
    }),
  ];
  return random.pick(questions)();
}
