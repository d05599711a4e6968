import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from '@murmuration/service-kit';
import type { EdgeContext } from '../operation/context.ts';
import type { FormatError } from '../operation/mask-errors.ts';
import type { Execute } from '../operation/road.ts';
import type { Admitted, Asked } from '../operation/types.ts';
import type { GatewayInterface } from './gateway-interface.ts';
import { withAdmission } from './our-gateway.ts';

export interface ApolloExecution {
  execute: Execute;
  stop(): Promise<void>;
}

/**
 * Lets Apollo Server execute what the road has admitted: for those who bring plugins of its API or report to Apollo's
 * Studio, and for the stock executor. It finds the document parsed and validated, calls its plugins' hooks, and
 * hands the operation to its gateway. Nothing of it is re-enacted elsewhere.
 */
export async function createApolloExecution(options: {
  gateway: GatewayInterface;
  documentOf(hash: string): Admitted['entry']['document'] | undefined;
  plugins: readonly ApolloServerPlugin<EdgeContext>[];
  mask: FormatError;
  logger: Logger;
}): Promise<ApolloExecution> {
  const { logger } = options;
  const server = new ApolloServer<EdgeContext>({
    gateway: options.gateway,
    logger,
    nodeEnv: 'production',
    // The road's cache, under the hash with which its keys end.
    documentStore: {
      get: async (key) => options.documentOf(key.slice(-64)),
      set: async () => undefined,
      delete: async () => false,
    },
    persistedQueries: false,
    introspection: true,
    maxRecursiveSelections: true,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ...options.plugins,
    ],
    formatError: options.mask,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
  });
  await server.start();

  return {
    async execute(admitted, asked, context) {
      const { body, http } = await server.executeOperation(requestOf(admitted, asked), {
        contextValue: withAdmission(context, admitted),
      });
      if (body.kind !== 'single') throw new Error('incremental delivery is not served here');
      const { data, errors, extensions } = body.singleResult;
      return {
        result: {
          ...(errors ? { errors } : {}),
          ...(data === undefined ? {} : { data }),
          ...(extensions ? { extensions } : {}),
        },
        ...(http.status === undefined ? {} : { status: http.status }),
        headers: Object.fromEntries(http.headers),
      };
    },
    stop: () => server.stop(),
  };
}

function requestOf({ entry, operation, variables }: Admitted, { head, request }: Asked) {
  const { persistedQuery: _, ...extensions } = request.extensions ?? {};
  return {
    query: entry.text,
    ...(operation.name === undefined ? {} : { operationName: operation.name }),
    ...(variables ? { variables } : {}),
    extensions,
    ...(head
      ? {
          http: {
            method: head.method,
            search: head.search,
            headers: new HeaderMap([...head.names()].map((name) => [name, head.header(name) ?? ''])),
            body: undefined,
          },
        }
      : {}),
  };
}
