import { pathToFileURL } from 'node:url';
import type { ApolloServerPlugin } from '@apollo/server';
import type { EdgeContext } from '../operation/context.ts';

/**
 * The plugins of a module of one's own: its export `plugins`, in the order in which an operation meets them.
 * @throws Error when it has none
 */
export async function loadApolloPlugins(
  file: string | undefined,
): Promise<ApolloServerPlugin<EdgeContext>[]> {
  if (!file) return [];
  const { plugins } = (await import(pathToFileURL(file).href)) as { plugins?: unknown };
  if (Array.isArray(plugins)) return plugins as ApolloServerPlugin<EdgeContext>[];
  throw new Error(`${file} must export "plugins", a list of plugins of Apollo Server.`);
}
