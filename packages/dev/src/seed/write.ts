import { createIdMaker } from './id-maker.ts';
import type { ReactionPlan } from './reactions.ts';
import type { Town } from './town.ts';

export interface Progress {
  label: string;
  done: number;
  total: number;
}

interface Account {
  id: bigint;
  handle: string;
  email: string;
  passwordHash: string;
  displayName: string;
  bio: string;
  isPrivate: boolean;
}

interface ImportedReaction {
  id: bigint;
  personId: bigint;
  postId: bigint;
}

/** The parts of the subgraphs' import services that a town needs. */
export interface Destination {
  people: {
    importAccounts(accounts: Account[]): Promise<void>;
    importFollows(follows: { id: bigint; followerId: bigint; followeeId: bigint }[]): Promise<void>;
  };
  posts: {
    importPosts(
      posts: {
        id: bigint;
        authorId: bigint;
        text: string;
        replyToId: bigint | null;
        quotedId: bigint | null;
        visibility?: 'public' | 'followers';
        poll?: {
          options: readonly string[];
          isMultiple: boolean;
          endsAtMs: number;
          votes: { voterId: bigint; choices: number[] }[];
        };
      }[],
      people: ReadonlyMap<string, bigint>,
    ): Promise<void>;
    importLikes(likes: ImportedReaction[]): Promise<number>;
    importReposts(reposts: ImportedReaction[]): Promise<number>;
  };
  passwordHash: string;
  onProgress: (progress: Progress) => void;
}

const batchSize = 2_000;
/** Accounts and follows are older than everything said. */
const foundedBeforeMs = 31 * 24 * 3_600_000;

/** Gives every part of a town its id and writes it, in batches that hold no transaction for long. */
export async function writeTown(town: Town, destination: Destination): Promise<void> {
  const { people, posts, onProgress } = destination;
  const nextId = createIdMaker();
  const foundedAtMs = (town.posts[0]?.atMs ?? Date.now()) - foundedBeforeMs;
  const personIds = town.people.map((_person, place) => nextId(foundedAtMs + place));
  const follows = town.follows.map((follow) => ({
    id: nextId(foundedAtMs + town.people.length + 1),
    followerId: at(personIds, follow.follower),
    followeeId: at(personIds, follow.followee),
  }));
  const postIds = town.posts.map((post) => nextId(post.atMs));
  const handles = new Map(town.people.map(({ handle }, place) => [handle, at(personIds, place)]));
  const reactionsOf = (plans: ReactionPlan[]) =>
    plans.map(({ person, post, atMs }) => ({
      id: nextId(atMs),
      personId: at(personIds, person),
      postId: at(postIds, post),
    }));

  const accounts = town.people.map((person, place) => ({
    ...person,
    id: at(personIds, place),
    email: `${person.handle}@example.org`,
    passwordHash: destination.passwordHash,
  }));
  await inBatches('people', accounts, onProgress, (batch) => people.importAccounts(batch));
  await inBatches('follows', follows, onProgress, (batch) => people.importFollows(batch));
  const said = town.posts.map((post, place) => ({
    id: at(postIds, place),
    authorId: at(personIds, post.author),
    text: post.text,
    replyToId: post.replyTo === null ? null : at(postIds, post.replyTo),
    quotedId: post.quoted === null ? null : at(postIds, post.quoted),
    // Left out for a reply or a quote, whose visibility follows from what it answers.
    ...(post.visibility === 'followers' && { visibility: post.visibility }),
    ...(post.poll && {
      poll: {
        ...post.poll,
        votes: post.poll.votes.map(({ choices, person }) => ({ voterId: at(personIds, person), choices })),
      },
    }),
  }));
  await inBatches('posts', said, onProgress, (batch) => posts.importPosts(batch, handles));
  await inBatches('likes', reactionsOf(town.likes), onProgress, (batch) => posts.importLikes(batch));
  await inBatches('reposts', reactionsOf(town.reposts), onProgress, (batch) => posts.importReposts(batch));
}

async function inBatches<Row>(
  label: string,
  rows: Row[],
  onProgress: (progress: Progress) => void,
  write: (batch: Row[]) => Promise<unknown>,
): Promise<void> {
  for (let done = 0; done < rows.length; done += batchSize) {
    await write(rows.slice(done, done + batchSize));
    onProgress({ label, done: Math.min(done + batchSize, rows.length), total: rows.length });
  }
}

function at<Item>(items: readonly Item[], place: number): Item {
  const item = items[place];
  if (item === undefined) throw new RangeError(`the town has nothing at place ${place}`);
  return item;
}
