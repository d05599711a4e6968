import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from './config.ts';
import type { EdgeContext } from './context.ts';
import type { EdgeRules } from './edge-rules.ts';
import { type Answer, createAnswer } from './pipeline/answer.ts';
import { createDocumentStore } from './pipeline/document-store.ts';
import { createKnownDocuments } from './pipeline/known-documents.ts';
import { maskErrors } from './plugins/mask-errors.ts';
import type { SupergraphHost } from './supergraph/host.ts';

/** Apollo Server with nothing of its own that speaks to the outside, and our edge rules. */
export function createApolloServer(options: {
  host: SupergraphHost;
  edge: EdgeRules;
  config: GatewayConfig;
  logger: Logger;
}): { server: ApolloServer<EdgeContext>; answer: Answer } {
  const { host, edge, config, logger } = options;
  const documents = createKnownDocuments();
  const formatError = maskErrors(logger);
  const server = new ApolloServer<EdgeContext>({
    gateway: host.gateway,
    logger,
    nodeEnv: 'production',
    csrfPrevention: true,
    documentStore: createDocumentStore(),
    persistedQueries: edge.persistedQueries,
    parseOptions: { maxTokens: config.MAX_TOKENS },
    introspection: config.INTROSPECTION,
    hideSchemaDetailsFromClientErrors: !config.INTROSPECTION,
    maxRecursiveSelections: true,
    validationRules: [...edge.rules],
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ...edge.plugins,
      documents.plugin,
    ],
    formatError,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  const { run } = host;
  // With a key Apollo Server adds a plugin of its own, which wants to hear of every operation.
  if (!run || config.APOLLO_KEY) {
    return { server, answer: (request) => server.executeHTTPGraphQLRequest(request) };
  }
  const schema = () => host.current().apiSchema;
  const { plugins } = edge;
  return { server, answer: createAnswer({ server, documents, plugins, formatError, run, schema }) };
}
