import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '@murmuration/service-kit';
import type { RequestContext } from './execution/types.ts';
import type { CancelSignal } from './execution/cancel.ts';

/** What the gateway knows of one operation, from whatever transport it came. */
export interface EdgeContext extends RequestContext {
  readonly identity: Identity;
  /** Read-your-writes position the client brought. */
  readonly position: string | undefined;
  /** Positions that subgraphs answered, by subgraph; a later one replaces an earlier. */
  readonly positions: Map<string, string>;
  /** Whose points an operation takes from the rate limit. */
  readonly rateKey: string;
  /** Aborted when the client is gone. */
  readonly signal: CancelSignal | undefined;
  onExtensions(subgraph: string, extensions: Record<string, unknown>): void;
}

export const positionHeader = 'graph-position';
export const requestIdHeader = 'x-request-id';

/** Longer values are not positions of ours and are not forwarded. */
const longestPosition = 2_048;

export function createEdgeContext(options: {
  identity: Identity;
  requestId: string;
  /** Tells anonymous callers apart. */
  address?: string | undefined;
  position?: string | undefined;
  deadlineMs: number;
  signal?: CancelSignal | undefined;
}): EdgeContext {
  const { identity } = options;
  const position =
    options.position && options.position.length <= longestPosition ? options.position : undefined;
  const positions = new Map<string, string>();
  return {
    identity,
    requestId: options.requestId,
    position,
    positions,
    rateKey: identity.kind === 'viewer' ? identity.subject : `at ${options.address ?? 'home'}`,
    cacheKeyOfIdentity: identity.kind === 'viewer' ? `${identity.subject} ${identity.session}` : null,
    ...(position ? { partition: position } : {}),
    deadline: Date.now() + options.deadlineMs,
    signal: options.signal,
    onExtensions(subgraph, extensions) {
      if (typeof extensions.position === 'string') positions.set(subgraph, extensions.position);
    },
  };
}

/** Accepts the caller's request id when it is one that can stand in a log line, else issues one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[requestIdHeader];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}

/** The positions of an operation as one header value; undefined when nothing was written. */
export function answeredPosition(context: EdgeContext): string | undefined {
  return joinPositions(context.positions);
}

/** A position has a part for each subgraph that wrote; what several of them repeat stands once. */
export function joinPositions(positions: ReadonlyMap<string, string>): string | undefined {
  const parts = new Set([...positions.values()].flatMap((position) => position.split(',')));
  return parts.size === 0 ? undefined : [...parts].join(',');
}
