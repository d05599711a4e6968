import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { EdgeContext } from '../context.ts';
import { createAnswerTypes } from './answer-types.ts';
import { findKnown } from './find-known.ts';
import type { KnownDocuments } from './known-documents.ts';
import { type KnownPipeline, runKnown } from './run-known.ts';

/** Answers a request over HTTP, whose body is JSON by its Content-Type if it is a POST. */
export type Answer = ApolloServer<EdgeContext>['executeHTTPGraphQLRequest'];

/**
 * Apollo Server's way from a request to its answer, and a shorter one for what it has answered before: a POST of
 * a document that it let through, with an `Accept` that it negotiated.
 */
export function createAnswer(
  options: KnownPipeline & {
    server: ApolloServer<EdgeContext>;
    documents: KnownDocuments;
    /** By which operations are admitted now. */
    schema(): GraphQLSchema;
  },
): Answer {
  const { server, documents, schema } = options;
  const types = createAnswerTypes();
  return async (request) => {
    const { httpGraphQLRequest: http, context } = request;
    if (http.method !== 'POST') return server.executeHTTPGraphQLRequest(request);
    const accept = http.headers.get('accept');
    const type = types.of(accept);
    const known = type === undefined ? undefined : findKnown(http.body, documents, schema());
    if (type === undefined || !known) {
      const response = await server.executeHTTPGraphQLRequest(request);
      types.learn(accept, response);
      return response;
    }
    let contextValue: EdgeContext;
    try {
      contextValue = await context();
    } catch (error) {
      return server.executeHTTPGraphQLRequest({ ...request, context: () => Promise.reject(error) });
    }
    const response = await runKnown(options, known, http, contextValue);
    if (!response.headers.has('content-type')) response.headers.set('content-type', type);
    return response;
  };
}
