import { decodeId, type SessionId, type UserId } from '@murmuration/ids';
import type { Logger } from 'pino';
import { unauthenticated } from '../errors/codes.ts';
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
  logger: Logger;
}): RequestContext {
  const { identity, requestId } = options;
  const isViewer = identity.kind === 'viewer';
  let logger: Logger | undefined;
  return {
    identity,
    viewerId: isViewer ? decodeId('User', identity.subject) : null,
    sessionId: isViewer ? decodeId('Session', identity.session) : null,
    requestId,
    position: options.position ?? null,
    eventAudience: options.eventAudience ?? null,
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
