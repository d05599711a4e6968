import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import { type Client, openClient } from '../client.ts';
import type { Person } from '../town.ts';
import { compose } from './mix.ts';

const home = JSON.stringify({ query: '{ homeTimeline(first: 50) { edges { node { id } } } }' });
const lookEveryMs = 20;
const notArrivedMs = 10_000;
const probeEveryMs = 250;
/** A circle of fewer is no crowd. */
const fewest = 3;

/** An author and those of the people signed in who follow them. */
export interface Circle {
  author: Person;
  followers: readonly Person[];
}

/** Who of some people is followed by some others of them. */
export function circlesOf(
  people: readonly Person[],
  follows: readonly { follower: string; followee: string }[],
): Circle[] {
  const of = Map.groupBy(follows, ({ followee }) => followee);
  const byId = new Map(people.map((person) => [String(person.id), person]));
  return people.flatMap((author) => {
    const followers = (of.get(String(author.id)) ?? []).flatMap(({ follower }) => byId.get(follower) ?? []);
    return followers.length >= fewest ? [{ author, followers }] : [];
  });
}

/**
 * Lets one author after the other post until a moment (of `performance.now()`).
 * @returns milliseconds until each post had arrived everywhere
 */
export async function watchArrivals(
  stack: Stack,
  circles: readonly Circle[],
  endsMs: number,
): Promise<number[]> {
  const client = openClient(`${stack.url}/graphql`, 64);
  const arrivals: number[] = [];
  for (let i = 0; performance.now() < endsMs; i++) {
    const circle = circles[i % circles.length];
    if (circle) arrivals.push(await arrivalOf(client, circle, `Look, number ${i}`));
    await sleep(probeEveryMs);
  }
  await client.close();
  return arrivals;
}

/**
 * Posts, and asks the homes of the author's followers until each has it. They bring no position of the write: they are others.
 * @returns milliseconds from the acknowledgement until it had arrived in the last home
 */
async function arrivalOf(client: Client, { author, followers }: Circle, text: string): Promise<number> {
  const said = await client.send(signedIn(author), JSON.stringify({ query: compose, variables: { text } }));
  const id = /pst_\w+/.exec(said.text)?.[0];
  if (!id) throw new Error(said.text);
  const acknowledgedMs = performance.now();
  const arrivals = followers.map(async (follower) => {
    for (;;) {
      const { text: page } = await client.send(signedIn(follower), home);
      const afterMs = performance.now() - acknowledgedMs;
      if (page.includes(id)) return afterMs;
      if (afterMs > notArrivedMs)
        throw new Error(`A post did not arrive within ${notArrivedMs} ms: ${page.slice(0, 300)}`);
      await sleep(lookEveryMs);
    }
  });
  return Math.max(...(await Promise.all(arrivals)));
}

function signedIn({ token }: Person): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
