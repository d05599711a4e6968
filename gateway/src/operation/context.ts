import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type AskedFor, callerKeyOf, type Identity } from '@murmuration/service-kit';
import { readStandings, type Standing } from '@murmuration/service-kit/rate-limit';
import type { FormattedExecutionResult } from 'graphql';
import type { RequestContext, SubgraphRequest, SubgraphResponse } from '../execution/types.ts';
import type { CancelSignal } from '../execution/cancel.ts';

/** What the gateway knows of one operation, from whatever transport it came. */
export interface EdgeContext extends RequestContext {
  /** Who asks, and whose mutations these are. */
  readonly identity: Identity;
  /** Who the reads are for: who asks, or whom the last mutation signed in (`readAs`). */
  reader: Identity;
  cacheKeyOfIdentity: string | null;
  /** Read-your-writes position the client brought. */
  readonly position: string | undefined;
  /** Token of the event that the reads complete for all of its audience. */
  readonly eventAudience: string | undefined;
  /** Positions that subgraphs answered, by subgraph; a later one replaces an earlier. */
  readonly positions: Map<string, string>;
  /** Subgraphs that could not wait for the position that the client brought: the answer may lack what was written there. */
  readonly behind: Set<string>;
  /** How the caller stands with limits of subgraphs, as they answered; a later one replaces an earlier. */
  readonly standings: Map<string, Standing>;
  /** The client's, told to subgraphs; undefined for what the gateway asks by itself. */
  readonly address: string | undefined;
  /** What the client says of itself, told to subgraphs beside its address. */
  readonly agent: string | undefined;
  /** Who takes turns at what is shared, and whose points are taken: a person, or an anonymous caller's network. */
  readonly caller: string;
  /** Aborted when the client is gone. */
  readonly signal: CancelSignal | undefined;
  /** With whom its reads go out together; undefined for who asks alone. */
  crowd: Crowd | undefined;
  onExtensions(subgraph: string, extensions: Record<string, unknown>): void;
}

/** Reads of several people that go out together where they are equal. */
export interface Crowd {
  fetch(
    request: SubgraphRequest,
    viewer: AskedFor,
    send: (request: SubgraphRequest) => Promise<SubgraphResponse>,
  ): Promise<SubgraphResponse>;
}

export const positionHeader = 'graph-position';
/** `true` of an answer that may lack what was written at the position that the client brought. */
export const behindHeader = 'graph-behind';
export const requestIdHeader = 'x-request-id';

/** Longer values are not positions of ours and are not forwarded. */
const longestPosition = 2_048;

export function createEdgeContext(options: {
  identity: Identity;
  requestId: string;
  /** The client's. */
  address?: string | undefined;
  /** The client's `User-Agent`. */
  agent?: string | undefined;
  position?: string | undefined;
  eventAudience?: string | undefined;
  /** Who takes turns, where it is neither a person nor a place. */
  caller?: string;
  deadlineMs: number;
  signal?: CancelSignal | undefined;
}): EdgeContext {
  const { address, eventAudience, identity } = options;
  const position =
    options.position && options.position.length <= longestPosition ? options.position : undefined;
  const positions = new Map<string, string>();
  const behind = new Set<string>();
  const standings = new Map<string, Standing>();
  const partition = [position, eventAudience].filter(Boolean).join(' ');
  return {
    identity,
    reader: identity,
    requestId: options.requestId,
    position,
    eventAudience,
    positions,
    behind,
    standings,
    address,
    agent: options.agent,
    caller: options.caller ?? callerOf(identity, address),
    cacheKeyOfIdentity: cacheKeyOf(identity),
    ...(partition ? { partition } : {}),
    deadline: performance.now() + options.deadlineMs,
    signal: options.signal,
    crowd: undefined,
    onExtensions(subgraph, extensions) {
      if (typeof extensions.position === 'string') positions.set(subgraph, extensions.position);
      if (extensions.behind === true) behind.add(subgraph);
      for (const [name, standing] of readStandings(extensions)) standings.set(name, standing);
    },
  };
}

/** From here on the reads of the operation are for this person, and shared with nobody else's. */
export function readAs(context: EdgeContext, reader: Identity): void {
  context.reader = reader;
  context.cacheKeyOfIdentity = cacheKeyOf(reader);
}

function cacheKeyOf(identity: Identity): string | null {
  return identity.kind === 'viewer' ? `${identity.subject} ${identity.session}` : null;
}

/** A person by their id, whatever session; an anonymous caller by where they are. */
export function callerOf(identity: Identity, address: string | undefined): string {
  if (identity.kind === 'viewer') return identity.subject;
  return `at ${address === undefined ? 'home' : callerKeyOf(address)}`;
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

/** Where there are no headers, the position goes with the result, and whether the answer may be behind. */
export function withPosition(
  result: FormattedExecutionResult,
  context: EdgeContext,
): FormattedExecutionResult {
  const position = answeredPosition(context);
  const isBehind = context.behind.size > 0;
  if (!position && !isBehind) return result;
  const said = { ...(position && { position }), ...(isBehind && { behind: true }) };
  return { ...result, extensions: { ...result.extensions, ...said } };
}

/** A position has a part for each subgraph that wrote; what several of them repeat stands once. */
export function joinPositions(positions: ReadonlyMap<string, string>): string | undefined {
  const parts = new Set([...positions.values()].flatMap((position) => position.split(',')));
  return parts.size === 0 ? undefined : [...parts].join(',');
}
