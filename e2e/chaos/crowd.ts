import { setTimeout as sleep } from 'node:timers/promises';
import { type Member, signUpCast } from '@murmuration/testing';
import { askRetrying, noRetries, type Retries } from '../support/retrying.ts';
import type { Votes } from './polls.ts';
import { createRandom, type Random } from './random.ts';

/** What somebody last wanted of something, and was told that it is so; null while nobody said what became of it. */
export type Wanted = Map<string, boolean | null>;

export interface Crowd extends Retries {
  members: Member[];
  /** Text by id of every post that was acknowledged, those that were deleted since left out. */
  posts: Map<string, string>;
  /** Ids of posts whose deletion was asked for. */
  deleted: Set<string>;
  /** By `who post`. */
  likes: Wanted;
  /** By `kind who whom`. */
  relations: Wanted;
  /** Whose poll a post has that was acknowledged. */
  polls: Map<string, Member>;
  votes: Votes;
  /** Writes that were acknowledged. */
  acknowledged: number;
  /** Ends the acts and resolves when the last one has ended. */
  stop(): Promise<void>;
}

const page = `{ homeTimeline(first: 20) { edges { node { text author { handle } } } } }`;
const relate = (mutation: string) =>
  `mutation ($id: ID!) { ${mutation}(input: { userId: $id }) { errors { message } } }`;
const touch = (mutation: string) =>
  `mutation ($id: ID!) { ${mutation}(input: { postId: $id }) { errors { message } } }`;
const createPost = `mutation ($input: CreatePostInput!) {
  createPost(input: $input) { post { id } errors { message } } }`;

const pollOptions = ['One', 'Two', 'Three'];
const castVote = `mutation ($input: CastVoteInput!) { castVote(input: $input) { errors { message } } }`;

const newestTold = '{ viewer { notifications(first: 1) { edges { cursor } } } }';
const moveMarker = `mutation ($through: String!) {
  moveMarker(input: { name: NOTIFICATIONS, through: $through }) { errors { message } } }`;

interface Told {
  viewer: { notifications: { edges: { cursor: string }[] } | null };
}

interface Answer {
  [mutation: string]: { post?: { id: string } | null; errors: { message: string }[] };
}

const mutations = {
  follow: { on: 'followUser', off: 'unfollowUser' },
  block: { on: 'blockUser', off: 'unblockUser' },
  mute: { on: 'muteUser', off: 'unmuteUser' },
} as const;

/** Signs people up, a few at a time, each following some others. */
export async function gather(graphUrl: string, size: number, seed: number): Promise<Member[]> {
  const random = createRandom(seed);
  const names = Array.from({ length: size }, (_, index) => `chaos${index}`);
  const members: Member[] = [];
  for (let from = 0; from < size; from += 4) {
    members.push(...Object.values(await signUpCast(graphUrl, names.slice(from, from + 4))));
  }
  for (const member of members) {
    const others = members.filter((other) => other !== member && random.next() < 0.4);
    for (const other of others) await member.follow(other);
  }
  return members;
}

/**
 * Lets everybody write and read, each one operation at a time, with retries and keys of idempotency, until it is
 * stopped. Who does what comes of the seed; when it happens does not.
 */
export function letAct(members: Member[], seed: number, pauseMs: number): Crowd {
  const crowd = {
    ...noRetries(),
    members,
    posts: new Map<string, string>(),
    deleted: new Set<string>(),
    likes: new Map<string, boolean | null>(),
    relations: new Map<string, boolean | null>(),
    polls: new Map<string, Member>(),
    votes: new Map<string, string | null>(),
    acknowledged: 0,
  };
  const over = new AbortController();
  /** Blocks of a pair that began or ended so far: each may have ended a follow at any moment between the two. */
  const blockings = new Map<string, number>();
  const pairOf = (a: string, b: string) => [a, b].sort().join(' ');
  const blockingsOf = (a: string, b: string) => blockings.get(pairOf(a, b)) ?? 0;

  async function write(member: Member, query: string, variables: object): Promise<Answer | undefined> {
    const answer = await askRetrying<Answer>(member, crowd, query, variables);
    if (answer && Object.values(answer).every(({ errors }) => errors.length === 0)) crowd.acknowledged += 1;
    return answer;
  }

  async function want(wanted: Wanted, key: string, isOn: boolean, act: () => Promise<Answer | undefined>) {
    wanted.set(key, null);
    const answer = await act();
    const isTold = answer && Object.values(answer).every(({ errors }) => errors.length === 0);
    if (isTold) wanted.set(key, isOn);
  }

  /** Ends follows both ways, at a moment that nobody knows before it is acknowledged, if it is. */
  async function block(member: Member, other: Member, act: () => Promise<Answer | undefined>) {
    const count = () => {
      blockings.set(pairOf(member.id, other.id), blockingsOf(member.id, other.id) + 1);
      crowd.relations.set(`follow ${member.id} ${other.id}`, null);
      crowd.relations.set(`follow ${other.id} ${member.id}`, null);
    };
    count();
    await want(crowd.relations, `block ${member.id} ${other.id}`, true, act);
    count();
  }

  /** What was told of a follow says nothing when a block of the pair began or ended meanwhile. */
  async function follow(
    member: Member,
    other: Member,
    isOn: boolean,
    act: () => Promise<Answer | undefined>,
  ) {
    const key = `follow ${member.id} ${other.id}`;
    const before = blockingsOf(member.id, other.id);
    await want(crowd.relations, key, isOn, act);
    if (blockingsOf(member.id, other.id) !== before) crowd.relations.set(key, null);
  }

  /** Says something, half of the time to somebody: an answer, a quote, or by name. What it is to may be gone or hidden by then. */
  async function post(member: Member, other: Member, random: Random, number: number): Promise<void> {
    const key = `${seed}-${member.handle}-${number}`;
    const text = `said once ${key}`;
    const ids = [...crowd.posts.keys()].slice(-200);
    const dice = random.next();
    const to = ids.length > 0 && dice < 0.4 ? random.oneOf(ids) : null;
    const isAsking = to === null && random.next() < 0.3;
    const input = {
      text: dice > 0.85 ? `${text} @${other.handle}` : text,
      ...(to !== null && (dice < 0.25 ? { replyToId: to } : { quotedId: to })),
      ...(isAsking && {
        poll: { options: pollOptions, durationMinutes: 60, isMultipleChoice: random.next() < 0.5 },
      }),
      idempotencyKey: key,
    };
    const answer = await write(member, createPost, { input });
    const id = answer?.['createPost']?.post?.id;
    if (id && isAsking) crowd.polls.set(id, member);
    if (id) crowd.posts.set(id, input.text);
    else if (answer && to === null) crowd.failures.push(JSON.stringify(answer));
  }

  /** Votes in one of the newest polls, once; sometimes twice at a time, and otherwise: one of the two counts at most. */
  async function vote(member: Member, random: Random): Promise<void> {
    const keyOf = (postId: string) => `${member.id} ${postId}`;
    const open = [...crowd.polls].slice(-20).flatMap(([postId, author]) => {
      return author === member || crowd.votes.has(keyOf(postId)) ? [] : [postId];
    });
    if (open.length === 0) return;
    const postId = random.oneOf(open);
    crowd.votes.set(keyOf(postId), null);
    const choices = random.next() < 0.3 ? [0, 1] : [2];
    const told = await Promise.all(
      choices.map(async (choice) => {
        const answer = await write(member, castVote, { input: { postId, choices: [choice] } });
        return answer?.['castVote']?.errors.length === 0 ? [choice] : [];
      }),
    );
    const counted = told.flat();
    if (counted.length > 1) crowd.failures.push(`two votes of ${keyOf(postId)} were acknowledged`);
    if (counted.length > 0) crowd.votes.set(keyOf(postId), counted.join());
  }

  /** Notes how far they have seen what they were told. */
  async function look(member: Member): Promise<void> {
    const seen = await askRetrying<Told>(member, crowd, newestTold, {});
    const through = seen?.viewer.notifications?.edges[0]?.cursor;
    if (through) await askRetrying(member, crowd, moveMarker, { through });
  }

  async function act(member: Member, random: Random, number: number): Promise<void> {
    const other = random.oneOf(members.filter((one) => one !== member));
    const ids = [...crowd.posts.keys()];
    const dice = random.next();
    if (dice < 0.35 || ids.length === 0) return post(member, other, random, number);
    const id = random.oneOf(ids.slice(-200));
    if (dice < 0.45) return vote(member, random);
    if (dice < 0.63) {
      const isOn = random.next() < 0.8;
      const mutation = touch(isOn ? 'likePost' : 'unlikePost');
      return want(crowd.likes, `${member.id} ${id}`, isOn, () => write(member, mutation, { id }));
    }
    if (dice < 0.68)
      return void (await write(member, touch(random.next() < 0.7 ? 'createRepost' : 'deleteRepost'), { id }));
    if (dice < 0.72) return remove(member, ids);
    if (dice < 0.85) {
      const kind = random.oneOf(['follow', 'follow', 'follow', 'mute', 'block'] as const);
      const isOn = random.next() < (kind === 'follow' ? 0.7 : 0.5);
      const mutation = relate(mutations[kind][isOn ? 'on' : 'off']);
      const send = () => write(member, mutation, { id: other.id });
      if (kind === 'follow') return follow(member, other, isOn, send);
      if (kind === 'block' && isOn) return block(member, other, send);
      return want(crowd.relations, `${kind} ${member.id} ${other.id}`, isOn, send);
    }
    if (dice < 0.88) return look(member);
    await askRetrying(member, crowd, page, {});
  }

  async function remove(member: Member, ids: readonly string[]): Promise<void> {
    const mine = ids.findLast((id) => crowd.posts.get(id)?.includes(`-${member.handle}-`));
    if (mine === undefined) return;
    crowd.deleted.add(mine);
    await write(member, touch('deletePost'), { id: mine });
  }

  const everybody = members.map(async (member, index) => {
    const random = createRandom(seed + index * 7_919);
    for (let number = 0; !over.signal.aborted; number += 1) {
      await act(member, random, number);
      await sleep(pauseMs * (0.5 + random.next()));
    }
  });

  return Object.assign(crowd, {
    async stop() {
      over.abort();
      await Promise.all(everybody);
    },
  });
}
