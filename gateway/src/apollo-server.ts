import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { Logger } from '@murmuration/service-kit';
import type { ValidationRule } from 'graphql';
import type { GatewayConfig } from './config.ts';
import type { EdgeContext } from './context.ts';
import { maskErrors } from './plugins/mask-errors.ts';
import { operationMetrics } from './plugins/operation-metrics.ts';
import type { GatewayInterface } from './supergraph/gateway-interface.ts';

/** The edge rules, in the order in which they are met. */
export function createApolloServer(options: {
  gateway: GatewayInterface;
  config: GatewayConfig;
  logger: Logger;
  plugins: readonly ApolloServerPlugin<EdgeContext>[];
  rules: readonly ValidationRule[];
}): ApolloServer<EdgeContext> {
  const { gateway, config, logger, plugins } = options;
  return new ApolloServer<EdgeContext>({
    gateway,
    logger,
    nodeEnv: 'production',
    csrfPrevention: true,
    persistedQueries: false,
    parseOptions: { maxTokens: config.MAX_TOKENS },
    introspection: config.INTROSPECTION,
    hideSchemaDetailsFromClientErrors: !config.INTROSPECTION,
    maxRecursiveSelections: true,
    validationRules: [...options.rules],
    plugins: [ApolloServerPluginLandingPageDisabled(), operationMetrics(), ...plugins],
    formatError: maskErrors(logger),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
}
