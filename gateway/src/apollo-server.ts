import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from './config.ts';
import type { EdgeContext } from './context.ts';
import type { EdgeRules } from './edge-rules.ts';
import { maskErrors } from './plugins/mask-errors.ts';
import type { GatewayInterface } from './supergraph/gateway-interface.ts';

/** Apollo Server with nothing of its own that speaks to the outside, and our edge rules. */
export function createApolloServer(options: {
  gateway: GatewayInterface;
  edge: EdgeRules;
  config: GatewayConfig;
  logger: Logger;
}): ApolloServer<EdgeContext> {
  const { gateway, edge, config, logger } = options;
  return new ApolloServer<EdgeContext>({
    gateway,
    logger,
    nodeEnv: 'production',
    csrfPrevention: true,
    persistedQueries: edge.persistedQueries,
    parseOptions: { maxTokens: config.MAX_TOKENS },
    introspection: config.INTROSPECTION,
    hideSchemaDetailsFromClientErrors: !config.INTROSPECTION,
    maxRecursiveSelections: true,
    validationRules: [...edge.rules],
    plugins: [ApolloServerPluginLandingPageDisabled(), ...edge.plugins],
    formatError: maskErrors(logger),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
}
