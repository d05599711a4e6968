import { readFile } from 'node:fs/promises';
import type { Random } from './random.ts';

/** A directed follow between two people, by their places in the list of people. */
export interface FollowEdge {
  follower: number;
  followee: number;
}

export interface FollowGraph {
  peopleCount: number;
  follows: FollowEdge[];
}

/**
 * Reads an undirected edge list, one `a b` a line; each line is two follows. Blank lines and lines that
 * begin with `#` or `%` are passed over, repeated edges and self-edges dropped.
 * @throws Error naming the line that is no edge
 */
export async function readFollowGraph(file: string): Promise<FollowGraph> {
  const places = new Map<string, number>();
  const placeOf = (name: string) => {
    const known = places.get(name) ?? places.size;
    places.set(name, known);
    return known;
  };
  const seen = new Set<string>();
  const follows: FollowEdge[] = [];
  const add = (follower: number, followee: number) => {
    const key = `${follower} ${followee}`;
    if (follower === followee || seen.has(key)) return;
    seen.add(key);
    follows.push({ follower, followee });
  };
  const lines = (await readFile(file, 'utf8')).split('\n');
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#') || text.startsWith('%')) continue;
    const [a, b] = text.split(/[\s,]+/);
    if (!a || !b) throw new Error(`${file}:${index + 1} is not an edge: "${text.slice(0, 40)}"`);
    add(placeOf(a), placeOf(b));
    add(placeOf(b), placeOf(a));
  }
  return { peopleCount: places.size, follows };
}

/**
 * Makes a town's follows: everyone follows a handful, by preferential attachment, so that the number of
 * followers has the long tail of real networks; the first few people are celebrities most others follow.
 */
export function makeFollowGraph(options: {
  random: Random;
  peopleCount: number;
  celebrityCount: number;
  meanFollows: number;
}): FollowGraph {
  const { random, peopleCount, celebrityCount, meanFollows } = options;
  const follows: FollowEdge[] = [];
  // A person stands here once plus once for each follower: drawing from it is preferential attachment.
  const urn = Array.from({ length: peopleCount }, (_, person) => person);
  for (let follower = 0; follower < peopleCount; follower++) {
    const followees = new Set<number>();
    for (let star = 0; star < celebrityCount; star++) if (random.chance(0.75)) followees.add(star);
    const wanted = Math.min(peopleCount - 1, 2 + Math.floor(random.exponential(meanFollows - 2)));
    for (let tries = 0; followees.size < wanted && tries < wanted * 4; tries++) {
      followees.add(random.pick(urn));
    }
    followees.delete(follower);
    for (const followee of followees) {
      urn.push(followee);
      follows.push({ follower, followee });
    }
  }
  return { peopleCount, follows };
}
