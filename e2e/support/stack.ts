import { type Stack, type StackOptions, startStack } from '@murmuration/dev';

/** The whole system for one story: its own state, its own ports, nobody in it. */
export interface Story extends Stack {
  /** The address clients are given. */
  graphUrl: string;
}

export async function startStory(options: StackOptions = {}): Promise<Story> {
  const stack = await startStack(options);
  return { ...stack, graphUrl: `${stack.url}/graphql` };
}
