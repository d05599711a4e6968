import type { Faker } from '@faker-js/faker';
import type { FollowEdge, FollowGraph } from './follow-graph.ts';
import type { Random } from './random.ts';
import type { Voices } from './voices.ts';

export interface PersonPlan {
  handle: string;
  displayName: string;
  bio: string;
  isPrivate: boolean;
}

/** Who every walk-through is told with. They come after everyone of the graph. */
export const castHandles = ['alice', 'bob', 'carol'] as const;

const castNames: Record<string, string> = { alice: 'Alice', bob: 'Bob', carol: 'Carol' };
const castFollows = 25;
const castFollowers = 12;

/** The graph's people, and alice, bob and carol among them: they follow each other and are followed. */
export function planPeople(options: { faker: Faker; random: Random; voices: Voices; graph: FollowGraph }): {
  people: PersonPlan[];
  follows: FollowEdge[];
} {
  const { faker, random, voices, graph } = options;
  const people = Array.from({ length: graph.peopleCount }, (_, place): PersonPlan => {
    const firstName = faker.person.firstName();
    return {
      // Four digits end each handle and keep it apart from all others, also under the rule against look-alikes.
      handle: `${firstName.toLowerCase().replaceAll(/[^a-z]/g, '') || 'someone'}_${place + 1_000}`,
      displayName: `${firstName} ${faker.person.lastName()}`,
      bio: voices.bio(),
      isPrivate: random.chance(0.03),
    };
  });
  const follows = [...graph.follows];
  const first = people.length;
  for (const handle of castHandles) {
    people.push({ handle, displayName: castNames[handle] ?? handle, bio: voices.bio(), isPrivate: false });
  }
  for (let member = first; member < people.length; member++) {
    follows.push(...followsOfCast(random, member, first, people.length));
  }
  return { people, follows };
}

function followsOfCast(random: Random, member: number, strangers: number, everyone: number): FollowEdge[] {
  const followees = new Set<number>();
  const followers = new Set<number>();
  while (followees.size < Math.min(castFollows, strangers)) followees.add(random.below(strangers));
  while (followers.size < Math.min(castFollowers, strangers)) followers.add(random.below(strangers));
  for (let other = strangers; other < everyone; other++) if (other !== member) followees.add(other);
  return [
    ...[...followees].map((followee) => ({ follower: member, followee })),
    ...[...followers].map((follower) => ({ follower, followee: member })),
  ];
}
