import type { ApolloServerPlugin, GraphQLRequestContext, GraphQLRequestListener } from '@apollo/server';
import type { EdgeContext } from '../context.ts';

export type Listener = GraphQLRequestListener<EdgeContext>;

/** Calls one hook of each, all at once. Undefined when there is nothing to wait for. */
export function callHooks<Target, Result>(
  targets: readonly Target[],
  call: (target: Target) => Promise<Result> | undefined,
): Promise<Result[]> | undefined {
  let pending: Promise<Result>[] | undefined;
  for (const target of targets) {
    const called = call(target);
    if (called) (pending ??= []).push(called);
  }
  return pending && Promise.all(pending);
}

/** What the plugins want to hear of this request. */
export async function listenersFor(
  plugins: readonly ApolloServerPlugin<EdgeContext>[],
  context: GraphQLRequestContext<EdgeContext>,
): Promise<Listener[]> {
  const started = await callHooks(plugins, (plugin) => plugin.requestDidStart?.(context));
  return started?.filter((listener) => listener !== undefined && listener !== null) ?? [];
}

/** The first answer of a plugin that answers instead of the graph. */
export async function firstAnswer(
  listeners: readonly Listener[],
  context: Parameters<NonNullable<Listener['responseForOperation']>>[0],
) {
  for (const listener of listeners) {
    const answer = await listener.responseForOperation?.(context);
    if (answer) return answer;
  }
  return undefined;
}
