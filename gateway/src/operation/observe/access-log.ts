import type { Logger } from '@murmuration/service-kit';
import type { Observe } from './observe.ts';

/** Names longer than this are not names. */
const longestName = 64;

/** One line an operation: who asked (which program, never which person), for what, how long, with what outcome. */
export function accessLog(logger: Logger): Observe {
  return ({ asked, context, endedAtMs, errors, operation, startedAtMs }) => {
    logger.info(
      {
        requestId: context.requestId,
        kind: operation?.kind,
        operation: operation?.name,
        client: nameOf(asked.head?.header('apollographql-client-name')),
        clientVersion: nameOf(asked.head?.header('apollographql-client-version')),
        identity: context.identity.kind,
        errors: errors?.map(({ extensions }) => extensions?.code),
        durationMs: Math.round(endedAtMs - startedAtMs),
      },
      'operation',
    );
  };
}

function nameOf(header: string | undefined): string | undefined {
  return header?.slice(0, longestName);
}
