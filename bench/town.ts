import { setTimeout as sleep } from 'node:timers/promises';
import { type Stack, type StackOptions, startStack } from '@murmuration/dev';
import pg from 'pg';
// By path: the seeder is a part of the development tool, which offers only its stack to others.
import { seed, seedPassword } from '../packages/dev/src/seed/index.ts';

const readersMeasured = 48;

/** Their tokens last ten minutes. */
export const signInEveryMs = 6 * 60_000;

export interface Person {
  id: bigint;
  handle: string;
  /** Another one from time to time: read it when it is sent. */
  token: string;
}

export interface BenchTown {
  stack: Stack;
  summary: string;
  /** Some who read, signed in. */
  people: Person[];
  close(): Promise<void>;
}

/** Runs the whole stack on a seeded graph and signs some readers in. */
export async function openTown(options: TownOptions): Promise<BenchTown> {
  const { stack, summary } = await startTown(options);
  try {
    const people = await signIn(stack);
    // Where this fails, so does what they ask.
    const signingIn = setInterval(
      () => signInAgain(stack, people).catch(() => undefined),
      signInEveryMs,
    ).unref();
    const close = async () => {
      clearInterval(signingIn);
      await stack.stop();
    };
    return { stack, summary, people, close };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

export interface TownOptions extends Pick<StackOptions, 'processEnv' | 'postgresSettings'> {
  graphFile: string;
  postsCount: number;
}

/** Runs the whole stack on a seeded graph. */
export async function startTown({
  processEnv,
  postgresSettings,
  ...options
}: TownOptions): Promise<{ stack: Stack; summary: string }> {
  let summary = '';
  const stack = await startStack({
    ...(processEnv ? { processEnv } : {}),
    ...(postgresSettings ? { postgresSettings } : {}),
    // A load's people post as often as they can: what counts them is met, and never reached.
    env: { LOG_LEVEL: 'warn', POSTS_PER_DAY: '1000000000' },
    beforeProcesses: async ({ databaseUrls: { user, post } }) => {
      ({ summary } = await seed({ ...options, databases: { user, post }, onProgress: () => undefined }));
    },
  });
  try {
    await projected(stack);
    return { stack, summary };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Waits until the worker has read the town's history. */
async function projected({ databaseUrls }: Stack): Promise<void> {
  const count = (url: string, sql: string) => query<{ count: string }>(url, sql).then(([row]) => row?.count);
  for (;;) {
    const [said, known] = await Promise.all([
      count(databaseUrls.post, 'SELECT count(*) FROM post'),
      count(databaseUrls.timeline, 'SELECT count(*) FROM post_ref'),
    ]);
    const open = await count(
      databaseUrls.timeline,
      `SELECT (SELECT count(*) FROM consumer WHERE cursor IS NULL) + (SELECT count(*) FROM backfill) AS count`,
    );
    if (said === known && open === '0') return;
    await sleep(200);
  }
}

/** Readers spread evenly over how many people they follow. */
async function signIn({ url, databaseUrls }: Stack): Promise<Person[]> {
  const readers = await query<{ id: string; handle: string }>(
    databaseUrls.user,
    `SELECT id, handle FROM (
      SELECT a.id, a.handle, row_number() OVER (ORDER BY count(f.*), a.id) AS place, count(*) OVER () AS people
      FROM account a JOIN follow f ON f.follower_id = a.id AND f.state = 'active' GROUP BY a.id) ranked
     WHERE place % greatest(people / ${readersMeasured}, 1) = 0 LIMIT ${readersMeasured}`,
  );
  const people: Person[] = [];
  for (const { id, handle } of readers) {
    const token = await logIn(url, handle);
    if (token) people.push({ id: BigInt(id), handle, token });
  }
  if (people.length === 0) throw new Error('nobody could sign in');
  return people;
}

async function signInAgain({ url }: Stack, people: readonly Person[]): Promise<void> {
  for (const person of people) person.token = (await logIn(url, person.handle)) ?? person.token;
}

/** An access token, or null for who may not sign in. */
export async function logIn(url: string, handle: string, password = seedPassword): Promise<string | null> {
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }',
      variables: { input: { handleOrEmail: handle, password } },
    }),
  });
  const { data } = (await answer.json()) as { data?: { logIn: { accessToken: string | null } } };
  return data?.logIn.accessToken ?? null;
}

/** Asks a database once, on a connection of its own. */
export async function query<Row extends object>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
