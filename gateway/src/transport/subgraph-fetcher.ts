import { bindLabels, errorCodes, Histogram, type Identity, metrics } from '@murmuration/service-kit';
import { type EdgeContext, readAs, requestIdHeader } from '../operation/context.ts';
import { FetchFailure } from '../execution/errors.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import { createHttpFetcher, type HeadersFor, type HttpFetcher } from '../execution/fetcher.ts';
import type { SubgraphRequest, SubgraphResponse } from '../execution/types.ts';
import { envelopeHeader, type Sign } from './sign.ts';

const fetchDuration = new Histogram({
  name: 'gateway_subgraph_fetch_duration_seconds',
  help: 'Time of a fetch from a subgraph, retries and waiting included',
  labelNames: ['subgraph', 'kind', 'outcome'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [metrics],
});

const durationOf = bindLabels(fetchDuration);

export interface SubgraphFetcherOptions {
  sign: Sign;
  /** Proves the token of whom a mutation signed in. */
  authenticate: Authenticate;
  urls: Readonly<Record<string, string>>;
  connections: number;
  connectionMaxLifeMs: number;
  /** Whether equal reads of different requests share a fetch. */
  singleFlight: boolean;
  /** How long a read waits for a subgraph. */
  timeoutMs: number;
  /** A mutation waits until the request's deadline: its effect may already stand. */
  deadlineMs: number;
}

/** The executor's way to subgraphs with what the edge adds: signatures, request ids, metrics. */
export function createSubgraphFetcher(options: SubgraphFetcherOptions): HttpFetcher {
  const headersFor: HeadersFor = (subgraph, { body, context: opaque, kind, path }) => {
    // The edge makes every context, so it may look behind the executor's opaque one.
    const { address, agent, eventAudience, identity, position, reader, requestId } = opaque as EdgeContext;
    const isRead = kind === 'query';
    const envelope = options.sign({
      subgraph,
      method: 'POST',
      path,
      body,
      context: { identity: isRead ? reader : identity, requestId, position, eventAudience },
      address: isRead ? undefined : address,
      agent: isRead ? undefined : agent,
    });
    return {
      [requestIdHeader]: requestId,
      ...(envelope ? { [envelopeHeader]: envelope } : {}),
    };
  };
  const fetcher = createHttpFetcher({
    urls: options.urls,
    headersFor,
    singleFlight: options.singleFlight,
    limits: {
      connections: options.connections,
      connectionMaxLifeMs: options.connectionMaxLifeMs,
      timeoutMs: options.timeoutMs,
      mutationTimeoutMs: options.deadlineMs,
    },
    onFetch: ({ subgraph, kind, outcome, durationMs }) =>
      durationOf(subgraph, kind, outcome).observe(durationMs / 1_000),
  });
  return {
    async fetch(request) {
      const context = request.context as EdgeContext;
      const answer = checked(request.subgraph, await sent(request, context, fetcher));
      if (request.kind === 'query') return answer;
      readAs(context, await readerAfter(answer, context, options.authenticate));
      return answer;
    },
    close: fetcher.close,
  };
}

function sent(
  request: SubgraphRequest,
  { crowd, position, reader }: EdgeContext,
  fetcher: HttpFetcher,
): Promise<SubgraphResponse> {
  if (!crowd || request.kind !== 'query' || reader.kind !== 'viewer') return fetcher.fetch(request);
  const { session, subject } = reader;
  return crowd.fetch(request, { subject, session, position }, fetcher.fetch);
}

/**
 * A subgraph that refuses before it runs anything refuses the gateway, not the person: passed on, it would
 * tell them to sign in. And Apollo's servers put HTTP hints into errors: passed on, a subgraph would choose the
 * client's status.
 */
function checked(subgraph: string, answer: SubgraphResponse): SubgraphResponse {
  const [first] = answer.errors ?? [];
  if (!('data' in answer) && first?.extensions?.code === errorCodes.unauthenticated) {
    throw new FetchFailure('BAD_ANSWER', `${subgraph} refused the gateway's signature`);
  }
  for (const { extensions } of answer.errors ?? []) if (extensions) delete extensions.http;
  return answer;
}

/**
 * Who the reads after a mutation are for: whom it signed in, if its subgraph says so by an access token in
 * `extensions.readAs` that is as good as one from a client; else who asks. Taken out of the answer: tokens go to
 * clients as data alone.
 */
async function readerAfter(
  { extensions }: SubgraphResponse,
  { identity }: EdgeContext,
  authenticate: Authenticate,
): Promise<Identity> {
  const token = extensions?.readAs;
  delete extensions?.readAs;
  if (typeof token !== 'string') return identity;
  return authenticate(`Bearer ${token}`).then(
    (caller) => caller.identity,
    () => identity,
  );
}
