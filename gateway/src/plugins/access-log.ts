import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '@murmuration/service-kit';
import type { EdgeContext } from '../context.ts';

/** Names longer than this are not names. */
const longestName = 64;

/** One line an operation: who asked (which program, never which person), for what, how long, with what outcome. */
export function accessLog(logger: Logger): ApolloServerPlugin<EdgeContext> {
  return {
    async requestDidStart() {
      const startedAtMs = performance.now();
      return {
        async willSendResponse({ operation, operationName, request, contextValue, errors }) {
          logger.info(
            {
              requestId: contextValue.requestId,
              kind: operation?.operation,
              operation: operationName ?? undefined,
              client: nameOf(request.http?.headers.get('apollographql-client-name')),
              clientVersion: nameOf(request.http?.headers.get('apollographql-client-version')),
              identity: contextValue.identity.kind,
              errors: errors?.map(({ extensions }) => extensions.code),
              durationMs: Math.round(performance.now() - startedAtMs),
            },
            'operation',
          );
        },
      };
    },
  };
}

function nameOf(header: string | undefined): string | undefined {
  return header?.slice(0, longestName);
}
