import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { EdgeContext } from '../context.ts';

const listener: GraphQLRequestListener<EdgeContext> = {
  async willSendResponse({ response, overallCachePolicy }) {
    if (response.http.headers.has('cache-control') || response.body.kind !== 'single') return;
    const policy = response.body.singleResult.errors ? null : overallCachePolicy.policyIfCacheable();
    const value = policy ? `max-age=${policy.maxAge}, ${policy.scope.toLowerCase()}` : 'no-store';
    response.http.headers.set('cache-control', value);
  },
};

/**
 * What a plugin has found out about caching, as a header; else nobody may keep an answer. Apollo Server's own
 * plugin for it also follows every field, which with a gateway has no resolver.
 */
export const cacheHeader: ApolloServerPlugin<EdgeContext> = { requestDidStart: async () => listener };
