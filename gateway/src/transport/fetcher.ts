import type { EdgeContext } from '../context.ts';
import { FetchFailure } from '../execution/errors.ts';
import type { SubgraphFetcher, SubgraphRequest, SubgraphResponse } from '../execution/types.ts';
import type { Pools } from './pools.ts';
import { envelopeHeader, type Sign } from './sign.ts';
import { type Patience, patienceOf } from './patience.ts';

export interface FetcherOptions {
  pools: Pools;
  sign: Sign;
  /** Where a subgraph is reached, when that differs from what the supergraph says. */
  urlOf(subgraph: string, url: string | undefined): string | undefined;
  /** How long a read waits; a mutation waits until the request's deadline. */
  timeoutMs: number;
}

/** Sends each fetch as a signed POST over a keep-alive pool. Rejects with {@link FetchFailure} only. */
export function createFetcher(options: FetcherOptions): SubgraphFetcher {
  const { pools, sign, timeoutMs } = options;
  const targets = new Map<string, URL>();

  function targetOf({ subgraph, url }: SubgraphRequest): URL {
    const text = options.urlOf(subgraph, url) ?? '';
    const known = targets.get(text);
    if (known) return known;
    const target = URL.parse(text);
    if (!target) throw new FetchFailure('UNREACHABLE', `No usable URL is known for subgraph "${subgraph}"`);
    targets.set(text, target);
    return target;
  }

  return {
    async fetch(request) {
      const target = targetOf(request);
      const path = `${target.pathname}${target.search}`;
      // The edge makes every context, so it may look behind the executor's opaque one.
      const context = request.context as EdgeContext;
      const { subgraph, body } = request;
      const envelope = sign({ subgraph, method: 'POST', path, body, context });
      const patience = patienceOf(request, timeoutMs);
      try {
        const answer = await pools.poolOf(target).request({
          method: 'POST',
          path,
          body,
          signal: patience.signal,
          headers: {
            'content-type': 'application/json',
            accept: 'application/graphql-response+json, application/json;q=0.9',
            'x-request-id': context.requestId,
            ...(envelope ? { [envelopeHeader]: envelope } : {}),
          },
        });
        return read(subgraph, answer.statusCode, await answer.body.text());
      } catch (error) {
        throw failureOf(error, subgraph, patience);
      } finally {
        patience.end();
      }
    },
  };
}

function read(subgraph: string, status: number, text: string): SubgraphResponse {
  // A refused envelope is a fault between services; passed on, it would tell people to sign in.
  if (status !== 401 && status !== 403) {
    const answer = parse(text);
    if (isGraphQLAnswer(answer)) return withoutHttp(answer);
  }
  throw new FetchFailure('BAD_ANSWER', `${subgraph} answered ${status} without a GraphQL result`, { status });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isGraphQLAnswer(value: unknown): value is SubgraphResponse {
  return typeof value === 'object' && value !== null && ('data' in value || 'errors' in value);
}

/** Apollo's servers put HTTP hints into errors; passed on, a subgraph would choose the client's status. */
function withoutHttp(answer: SubgraphResponse): SubgraphResponse {
  for (const { extensions } of answer.errors ?? []) if (extensions) delete extensions.http;
  return answer;
}

function failureOf(error: unknown, subgraph: string, patience: Patience): FetchFailure {
  if (error instanceof FetchFailure) return error;
  if (patience.ended) {
    return new FetchFailure(patience.ended, `${subgraph} did not answer in time`, { cause: error });
  }
  return new FetchFailure('UNREACHABLE', `${subgraph} could not be reached`, { cause: error });
}
