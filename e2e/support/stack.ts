import { type Stack, type StackOptions, startStack } from '@murmuration/dev';

/** The whole system for one story: its own state, its own ports, nobody in it. */
export interface Story extends Stack {
  /** The address clients are given. */
  graphUrl: string;
}

/** What people of a story do in minutes nobody else does in a day. */
const busyPeople = { POSTS_PER_DAY: '1000000', MENTIONS_PER_DAY: '1000000', FOLLOWS_PER_DAY: '1000000' };

export async function startStory(options: StackOptions = {}): Promise<Story> {
  const stack = await startStack({ ...options, env: { ...busyPeople, ...options.env } });
  return { ...stack, graphUrl: `${stack.url}/graphql` };
}
