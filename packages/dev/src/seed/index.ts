import { parseSecretList } from '@murmuration/config';
import { createPostDatabase } from '@murmuration/prisma/post';
import { createUserDatabase, type UserDatabase } from '@murmuration/prisma/user';
// By path, not by package: the subgraphs' tests stand on this package, and the two may not form a circle.
import { hashPassword } from '../../../../subgraphs/user/src/accounts/passwords.ts';
import { openAddresses } from '../../../../subgraphs/user/src/addresses/open.ts';
import { createImportService as createPeopleImport } from '../../../../subgraphs/user/src/import/service.ts';
import { createImportService as createPostImport } from '../../../../subgraphs/post/src/import/service.ts';
import { readFollowGraph } from './follow-graph.ts';
import { planTown } from './town.ts';
import { type Progress, writeTown } from './write.ts';

/** Everyone in a seeded town signs in with this. It never reaches a database that we did not make. */
export const seedPassword = 'murmuration';

export interface SeedOptions {
  /** An edge list to take follows from; left out, a small town is made up. */
  graphFile?: string;
  postsCount?: number;
  databases: { user: string; post: string };
  /** Those of `user`, as its settings have them. Without, addresses are written in clear, and it seals them itself. */
  keys?: { DATA_KEYS: string; EMAIL_INDEX_KEYS: string };
  onProgress: (progress: Progress) => void;
}

/**
 * Fills empty databases through the import services of the subgraphs, so that rows, counters and events are
 * what the same history would have left one mutation at a time.
 * @throws Error when the graph file is not an edge list
 */
export async function seed(options: SeedOptions): Promise<{ summary: string }> {
  const { graphFile, postsCount } = options;
  const graph = graphFile === undefined ? undefined : await readFollowGraph(graphFile);
  const town = planTown({
    nowMs: Date.now(),
    ...(graph && { graph }),
    ...(postsCount !== undefined && { postsCount }),
  });
  const userDatabase = createUserDatabase({ url: options.databases.user, poolSize: 2 });
  const postDatabase = createPostDatabase({ url: options.databases.post, poolSize: 2 });
  try {
    // One hash for all: hashing it for each would take minutes and make nobody safer.
    const passwordHash = await hashPassword(seedPassword);
    await writeTown(town, {
      people: createPeopleImport(userDatabase, options.keys && addressesBy(userDatabase, options.keys)),
      posts: createPostImport(postDatabase, async () => new Map()),
      passwordHash,
      onProgress: options.onProgress,
    });
  } finally {
    await Promise.all([userDatabase.$disconnect(), postDatabase.$disconnect()]);
  }
  const count = (number: number) => number.toLocaleString('en');
  const polls = town.posts.filter(({ poll }) => poll).length;
  return {
    summary:
      `${count(town.people.length)} people, ${count(town.follows.length)} follows, ` +
      `${count(town.posts.length)} posts, ${count(polls)} polls, ${count(town.likes.length)} likes, ${count(town.reposts.length)} reposts`,
  };
}

function addressesBy(database: UserDatabase, keys: NonNullable<SeedOptions['keys']>) {
  const config = {
    DATA_KEYS: parseSecretList(keys.DATA_KEYS),
    EMAIL_INDEX_KEYS: parseSecretList(keys.EMAIL_INDEX_KEYS),
    EMAILS_IN_CLEAR: false,
  };
  // Whoever writes by wrong keys is told by what it throws.
  return openAddresses(database, config, { error: () => undefined });
}
