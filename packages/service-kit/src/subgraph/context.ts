import { decodeId, type SessionId, type UserId } from '@murmuration/ids';
import type { Logger } from 'pino';
import { forbidden, unauthenticated } from '../errors/codes.ts';
import { type Caller, signalOf } from '../http/caller.ts';
import type { Identity } from '../identity.ts';

/** What every operation in a subgraph knows, whatever the domain. */
export interface RequestContext {
  identity: Identity;
  /** The person signed in, or null for an anonymous reader. */
  viewerId: UserId | null;
  sessionId: SessionId | null;
  requestId: string;
  /** Read-your-writes position that the client brought. */
  position: string | null;
  /** Token of the event this read completes; see DESIGN 6. */
  eventAudience: string | null;
  /** Where the client is, by which strangers are told apart; null when the gateway did not say. */
  clientAddress: string | null;
  /** What the client's `User-Agent` says, told with its address; it may say anything. */
  clientAgent: string | null;
  /** Aborted when the caller goes away before the answer. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Written to the answer's `extensions`, e.g. a mutation's `position`. */
  extensions: Record<string, unknown>;
}

/** Domains add to it in place (`Object.assign`): a copy would make the logger of every request. */
export function createRequestContext(options: {
  identity: Identity;
  requestId: string;
  position?: string | undefined;
  eventAudience?: string | undefined;
  clientAddress?: string | undefined;
  clientAgent?: string | undefined;
  /** Whoever waits for the answer. Without one nobody ever leaves. */
  caller?: Caller | undefined;
  logger: Logger;
}): RequestContext {
  const { identity, requestId } = options;
  const isViewer = identity.kind === 'viewer';
  let logger: Logger | undefined;
  let signal: AbortSignal | undefined;
  return {
    identity,
    viewerId: isViewer ? decodeId('User', identity.subject) : null,
    sessionId: isViewer ? decodeId('Session', identity.session) : null,
    requestId,
    position: options.position ?? null,
    eventAudience: options.eventAudience ?? null,
    clientAddress: options.clientAddress ?? null,
    clientAgent: options.clientAgent ?? null,
    // Made for the few who ask: a signal of its own costs a request as much as a child logger.
    get signal() {
      signal ??= signalOf(options.caller);
      return signal;
    },
    // Made when there is something to log: a child costs as much as a small resolver.
    get logger() {
      logger ??= options.logger.child({ requestId });
      return logger;
    },
    extensions: {},
  };
}

/** @throws GraphQLError `UNAUTHENTICATED` for an anonymous reader */
export function requireViewer(context: RequestContext): UserId {
  if (context.viewerId === null) throw unauthenticated();
  return context.viewerId;
}

/**
 * What the viewer's access token lets them ask for. Reads that are run for many viewers at once have none.
 * @throws GraphQLError `UNAUTHENTICATED` for an anonymous reader, `FORBIDDEN` for a token without the scope
 */
export function requireScope(context: RequestContext, scope: string): UserId {
  const viewerId = requireViewer(context);
  const { identity } = context;
  if (identity.kind !== 'viewer' || !identity.scopes?.includes(scope)) throw forbidden();
  return viewerId;
}
