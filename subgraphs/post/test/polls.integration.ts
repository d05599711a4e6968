import { decodeInputId } from '@murmuration/ids';
import { whileHeld } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { rollUpCounts } from '../src/housekeeping/roll-up.ts';
import { endPolls } from '../src/polls/end.ts';
import { pollLimits } from '../src/polls/limits.ts';
import { at, cast, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.people.clear());

const going = new AbortController().signal;
const poll = { options: ['Tea', 'Coffee', 'Water'], durationMinutes: 60 };
const several = { ...poll, isMultipleChoice: true };
const postIdOf = (wire: string) => decodeInputId('Post', 'id', wire);
const ask = (name: Name, more: object = {}) => world.say(name, { text: 'What now?', poll, ...more });

/** As if so much time had passed that it has just ended. */
async function end(post: string): Promise<void> {
  await world.database.$executeRaw`
    UPDATE poll SET ends_at = clock_timestamp(), due_at = clock_timestamp() WHERE post_id = ${postIdOf(post)}`;
}

/** The codes of what is wrong with a vote. */
async function vote(name: Name | null, postId: string, ...choices: number[]): Promise<string[]> {
  const answer = await world.run(
    name,
    'mutation ($input: CastVoteInput!) { castVote(input: $input) { errors { code path } } }',
    { input: { postId, choices } },
  );
  if (answer.data == null) return answer.codes;
  const errors = at(answer, 'castVote.errors') as { code: string; path: string[] }[];
  return errors.map(({ code, path }) => `${code} ${path.join('.')}`);
}

interface Shown {
  options: { text: string; voteCount: number | null; viewerHasChosen: boolean }[];
  voterCount: number;
  hasEnded: boolean;
  viewerHasVoted: boolean;
}

async function shown(name: Name | null, post: string): Promise<Shown> {
  const selection = `poll { options { text voteCount viewerHasChosen } voterCount hasEnded viewerHasVoted }`;
  return at(await world.run(name, `{ post(id: "${post}") { ${selection} } }`), 'post.poll') as Shown;
}

const countsFor = async (name: Name | null, post: string) =>
  (await shown(name, post)).options.map(({ voteCount }) => voteCount);

/** Who was told the end of a post's poll. */
async function told(post: string): Promise<string[]> {
  const events = await world.database.outbox.findMany({
    where: { type: 'poll.ended', aggregateid: { startsWith: `${postIdOf(post)}:` } },
    orderBy: { id: 'asc' },
  });
  return events.map(({ payload }) => (payload as { recipientId: string }).recipientId);
}

it('is asked as it is written, once, or not at all', async () => {
  const input = { text: 'Once', poll, idempotencyKey: 'poll-once' };
  const post = await world.say('alice', input);
  expect(await world.say('alice', input)).toBe(post);
  expect(await world.attempt('alice', { ...input, poll: several })).toEqual({
    id: null,
    errors: ['Conflict'],
  });
  expect(await shown(null, post)).toEqual({
    options: poll.options.map((text) => ({ text, voteCount: null, viewerHasChosen: false })),
    voterCount: 0,
    hasEnded: false,
    viewerHasVoted: false,
  });
  const bad: [object, string][] = [
    [{ options: ['One'] }, 'options'],
    [{ options: ['1', '2', '3', '4', '5'] }, 'options'],
    [{ options: ['Same', ' Same\n'] }, 'options.1'],
    [{ options: ['Same', ' \n'] }, 'options.1'],
    [{ options: ['Fine', 'x'.repeat(pollLimits.optionCodeUnits + 1)] }, 'options.1'],
    [{ options: ['Fine', '\u202Eflipped'] }, 'options.1'],
    [{ durationMinutes: pollLimits.leastMinutes - 1 }, 'durationMinutes'],
    [{ durationMinutes: pollLimits.mostMinutes + 1 }, 'durationMinutes'],
  ];
  for (const [change, field] of bad) {
    expect(await world.attempt('alice', { text: 'No', poll: { ...poll, ...change } })).toEqual({
      id: null,
      errors: [`ValidationError poll.${field}`],
    });
  }
});

it('takes one vote of each, and tells the counts to its author and who voted until it has ended', async () => {
  const post = await ask('alice');
  expect(await vote('bob', post, 1)).toEqual([]);
  expect(await vote('bob', post, 1)).toEqual([]);
  expect(await vote('bob', post, 2)).toEqual(['ALREADY_VOTED choices']);
  expect(await countsFor('bob', post)).toEqual([0, 1, 0]);
  expect((await shown('bob', post)).options.map(({ viewerHasChosen }) => viewerHasChosen)).toEqual([
    false,
    true,
    false,
  ]);
  expect(await countsFor('alice', post)).toEqual([0, 1, 0]);
  expect(await shown('carol', post)).toMatchObject({ voterCount: 1, viewerHasVoted: false });
  expect(await countsFor('carol', post)).toEqual([null, null, null]);
  expect(await countsFor(null, post)).toEqual([null, null, null]);
  await end(post);
  expect(await countsFor(null, post)).toEqual([0, 1, 0]);
  expect(await shown('carol', post)).toMatchObject({ hasEnded: true, viewerHasVoted: false });
  // Whoever lost the answer asks again.
  expect(await vote('bob', post, 1)).toEqual([]);
  expect(await vote('carol', post, 0)).toEqual(['POLL_ENDED postId']);
  const events = await world.database.outbox.findMany({ where: { type: 'vote.changed' } });
  expect(events.map(({ payload }) => payload)).toEqual([
    { postId: String(postIdOf(post)), voterId: '2', active: true },
  ]);
});

it('refuses what is no vote by name, and changes nothing', async () => {
  const post = await ask('alice');
  const many = await ask('alice', { poll: several });
  const plain = await world.say('alice', 'No question');
  const secret = await ask('alice', { visibility: 'FOLLOWERS' });
  expect(await vote(null, post, 0)).toEqual(['UNAUTHENTICATED']);
  expect(await vote('alice', post, 0)).toEqual(['ONESELF postId']);
  expect(await vote('bob', plain, 0)).toEqual(['NOT_FOUND postId']);
  expect(await vote('bob', secret, 0)).toEqual(['NOT_FOUND postId']);
  expect(await vote('bob', 'usr_00000000001', 0)).toEqual(['INVALID_VALUE postId']);
  expect(await vote('bob', post)).toEqual(['INVALID_VALUE choices']);
  expect(await vote('bob', post, 0, 1)).toEqual(['INVALID_VALUE choices']);
  expect(await vote('bob', post, 3)).toEqual(['INVALID_VALUE choices.0']);
  expect(await vote('bob', many, -1)).toEqual(['INVALID_VALUE choices.0']);
  expect(await vote('bob', many, 1, 1)).toEqual(['INVALID_VALUE choices.1']);
  expect(await vote('bob', many, 2, 0)).toEqual([]);
  expect(await vote('bob', many, 0, 2)).toEqual([]);
  expect(await countsFor('bob', many)).toEqual([1, 0, 1]);
  world.people.block('alice', 'carol');
  expect(await vote('carol', post, 0)).toEqual(['NOT_FOUND postId']);
  expect(await shown('alice', post)).toMatchObject({ voterCount: 0 });
});

it('counts what is stored while people vote twice at once and counts are rolled up', async () => {
  for (let round = 0; round < 30; round++) {
    const post = await ask('alice', { poll: several });
    const answers = await Promise.all([
      vote('bob', post, 0, 1),
      vote('bob', post, 1),
      vote('carol', post, 1),
      vote('carol', post, 1),
      vote('dave', post, 2, 0),
      rollUpCounts(world.database).then(() => []),
    ]);
    expect(answers.flat()).toEqual(['ALREADY_VOTED choices']);
    const bobs = await world.database.pollVote.findFirstOrThrow({
      where: { postId: postIdOf(post), voterId: cast.bob },
    });
    const both = bobs.choices.length === 2 ? 1 : 0;
    expect(await shown('alice', post)).toMatchObject({ voterCount: 3 });
    expect(await countsFor('alice', post)).toEqual([1 + both, 2, 1]);
  }
});

it('tells its end once to all who took part, in steps, whoever is at it too', async () => {
  const [post, open] = [await ask('alice'), await ask('bob')];
  for (const name of ['bob', 'carol', 'dave'] as const) await vote(name, post, 0);
  await vote('carol', open, 0);
  await end(post);
  const limits = { ...pollLimits, toldAtOnce: 2, rounds: 1 };
  await endPolls(world.database, going, limits);
  expect(await told(post)).toEqual(['1', '2']);
  await Promise.all([1, 2, 3].map(() => endPolls(world.database, going, { ...limits, rounds: 9 })));
  expect(await told(post)).toEqual(['1', '2', '3', '4']);
  expect(await endPolls(world.database, going)).toBe(0);
  expect(await told(open)).toEqual([]);
});

it('that one cannot be told keeps no other from it', async () => {
  const [broken, fine] = [await ask('alice'), await ask('alice')];
  await world.database.$executeRawUnsafe(`
    CREATE FUNCTION refuse_poll() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.post_id = ${postIdOf(broken)} THEN RAISE 'not this one'; END IF; RETURN NEW; END $$`);
  for (const post of [broken, fine]) await end(post);
  await world.database.$executeRaw`
    CREATE TRIGGER refuse_poll BEFORE UPDATE ON poll FOR EACH ROW EXECUTE FUNCTION refuse_poll()`;
  await expect(endPolls(world.database, going)).rejects.toThrow(AggregateError);
  await world.database.$executeRaw`DROP TRIGGER refuse_poll ON poll`;
  expect([await told(broken), await told(fine)]).toEqual([[], ['1']]);
  expect(await endPolls(world.database, going)).toBe(1);
});

it('tells whoever voted in time, however late that is committed', async () => {
  const post = await ask('alice');
  const id = postIdOf(post);
  // A vote that has looked at the clock, and is not committed yet.
  const held = `SELECT pg_advisory_xact_lock_shared(hashtext('poll'), hashtext('${id}'));
    INSERT INTO poll_vote (post_id, voter_id, choices) VALUES (${id}, ${cast.dave}, '{0}')`;
  await end(post);
  await whileHeld(world.databaseUrl, held, () => endPolls(world.database, going));
  expect(await told(post)).toEqual(['1', '4']);
});

it('takes no vote that was looked at after the end, whenever it began', async () => {
  const post = await ask('alice');
  const id = postIdOf(post);
  const teller = new pg.Client({ connectionString: world.databaseUrl });
  await teller.connect();
  await world.database.$executeRaw`
    UPDATE poll SET ends_at = clock_timestamp() + interval '1 second' WHERE post_id = ${id}`;
  await teller.query('BEGIN');
  await teller.query(`SELECT pg_advisory_xact_lock(hashtext('poll'), hashtext('${id}'))`);
  const voting = vote('bob', post, 0);
  const isOver = 'SELECT FROM poll WHERE post_id = $1 AND ends_at < clock_timestamp()';
  await expect
    .poll(async () => (await teller.query(isOver, [String(id)])).rowCount, { timeout: 5_000 })
    .toBe(1);
  await teller.query('COMMIT');
  await teller.end();
  expect(await voting).toEqual(['POLL_ENDED postId']);
});

it('ends untold with its post, and its votes are forgotten', async () => {
  const post = await ask('alice');
  await vote('bob', post, 0);
  await vote('carol', post, 1);
  await rollUpCounts(world.database);
  await world.act('alice', 'deletePost', post);
  const id = postIdOf(post);
  expect(await vote('dave', post, 0)).toEqual(['NOT_FOUND postId']);
  const kept = await world.database.poll.findUniqueOrThrow({ where: { postId: id } });
  expect(kept.options).toEqual([]);
  await endPolls(world.database, going);
  expect(await world.database.pollVote.count({ where: { postId: id } })).toBe(3);
  await world.database.$executeRaw`UPDATE poll SET due_at = clock_timestamp() WHERE post_id = ${id}`;
  await Promise.all([1, 2].map(() => endPolls(world.database, going, { ...pollLimits, toldAtOnce: 2 })));
  expect(await told(post)).toEqual([]);
  const left = await Promise.all([
    world.database.poll.count({ where: { postId: id } }),
    world.database.pollVote.count({ where: { postId: id } }),
    world.database.pollCount.count({ where: { postId: id } }),
  ]);
  expect(left).toEqual([0, 0, 0]);
});

it('is told live as counts are: to all alike how many, to each what they may know', async () => {
  const post = await ask('alice');
  const query = `subscription { postUpdates(ids: ["${post}"]) { ... on CountsChanged {
    post { poll { voterCount hasEnded options { voteCount } } } } } }`;
  const stream = await world.listen<{ post?: { poll: Shown } }>('carol', query);
  const latest = () => stream.events.findLast(({ post: told }) => told)?.post?.poll;
  await expect.poll(latest).toMatchObject({ voterCount: 0 });
  await vote('bob', post, 1);
  await expect.poll(latest).toEqual({
    voterCount: 1,
    hasEnded: false,
    options: poll.options.map(() => ({ voteCount: null })),
  });
  await end(post);
  await endPolls(world.database, going);
  world.services.hint();
  await expect
    .poll(latest)
    .toMatchObject({ hasEnded: true, options: [0, 1, 0].map((voteCount) => ({ voteCount })) });
  await stream.hangUp();
});

it('shows in the answer to a vote what is so by then', async () => {
  const answered = await world.run(
    'carol',
    'mutation ($input: CastVoteInput!) { castVote(input: $input) { post { poll { voterCount viewerHasVoted options { voteCount } } } } }',
    { input: { postId: await ask('alice'), choices: [0] } },
  );
  expect(at(answered, 'castVote.post.poll')).toEqual({
    voterCount: 1,
    viewerHasVoted: true,
    options: [{ voteCount: 1 }, { voteCount: 0 }, { voteCount: 0 }],
  });
});
