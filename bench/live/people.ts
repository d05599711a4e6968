import { createPrivateKey } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '@murmuration/dev';
import pg from 'pg';
// By path: who measures signs people in as `user` does, without a password hash for each.
import { issueAccessToken } from '../../subgraphs/user/src/sessions/access-token.ts';
import { openStreamsOf } from './counts.ts';
import type { Crowd } from './crowd.ts';
import { subscription } from './protocol.ts';

export interface BenchPerson {
  id: bigint;
  token: string;
  /** Places in the list of those who follow them. */
  followers: number[];
}

/** The people of a seeded graph with the most followers first, each signed in, and who of them follows whom. */
export async function signInAll({ databaseUrls, env }: Stack, most: number): Promise<BenchPerson[]> {
  const [jwk] = JSON.parse(env.JWT_SIGNING_KEYS ?? '[]');
  const key = { id: jwk.kid, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
  const client = new pg.Client({ connectionString: databaseUrls.user });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT a.id::text FROM account a LEFT JOIN follow f ON f.followee_id = a.id AND f.state = 'active'
       WHERE NOT a.is_private GROUP BY a.id ORDER BY count(f.*) DESC, a.id LIMIT $1`,
      [most],
    );
    const places = new Map(rows.map(({ id }, place) => [id, place]));
    const people = await Promise.all(
      rows.map(async ({ id }): Promise<BenchPerson> => {
        const { accessToken } = await issueAccessToken(key, {
          accountId: BigInt(id),
          sessionId: BigInt(id),
          role: 'member',
        });
        return { id: BigInt(id), token: accessToken, followers: [] };
      }),
    );
    const follows = await client.query<{ follower: string; followee: string }>(
      `SELECT follower_id::text AS follower, followee_id::text AS followee FROM follow WHERE state = 'active'`,
    );
    for (const { followee, follower } of follows.rows) {
      const [who, by] = [places.get(followee), places.get(follower)];
      if (who !== undefined && by !== undefined) people[who]?.followers.push(by);
    }
    return people;
  } finally {
    await client.end();
  }
}

/** Opens a stream for each of them, and waits until the timeline has them all. */
export async function openStreams(stack: Stack, crowd: Crowd, people: readonly BenchPerson[]): Promise<void> {
  const url = `${stack.url.replace('http', 'ws')}/graphql`;
  await crowd.open(
    url,
    subscription,
    people.map(({ token }) => token),
  );
  while ((await openStreamsOf(stack)) !== people.length) await sleep(200);
  await sleep(500);
}
