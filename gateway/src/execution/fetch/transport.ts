import { FetchFailure } from '../errors.ts';
import type { Call, Exchange, RawAnswer } from './exchange.ts';
import { AnswerFault } from './http1/answer-reader.ts';
import { createPool, type Pool } from './http1/pool.ts';
import { requestWriter, type WrittenRequest } from './http1/request-text.ts';
import type { HeadersFor, SubgraphLimits } from './settings.ts';
import { type RequestWatch, watchRequest } from './watch-request.ts';

export interface Transport {
  readonly exchange: Exchange;
  close(): Promise<void>;
}

const fixedHeaders = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/** One URL: requests signed, watched, bounded in time and length, over a pool of keep-alive connections. */
export function createTransport(
  address: string,
  limits: SubgraphLimits,
  headersFor: HeadersFor | undefined,
): Transport {
  const url = new URL(address);
  const path = url.pathname + url.search;
  const write = requestWriter(url, fixedHeaders);
  const pool = createPool(url, limits);
  return {
    async exchange(call) {
      const { body, context, kind, subgraph } = call.request;
      const made = headersFor?.(subgraph, { method: 'POST', path, body, kind, context });
      const headers = made instanceof Promise ? await made : (made ?? {});
      const watch = watchRequest(url, headers);
      return await send(pool, write(headers, body), call, limits, watch);
    },
    close: () => pool.close(),
  };
}

function send(
  pool: Pool,
  written: WrittenRequest,
  { deadline, request: { kind }, signal, onDispatch }: Call,
  { maxAnswerBytes, mutationTimeoutMs, timeoutMs }: SubgraphLimits,
  watch: RequestWatch | undefined,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (failure: FetchFailure) => {
      finish();
      watch?.failed(failure);
      reject(failure);
    };
    const giveUp = (failure: FetchFailure) => {
      pool.cancel(request);
      fail(failure);
    };
    const request = {
      text: written.text,
      encoding: written.encoding,
      maxAnswerBytes,
      onAnswer(answer: RawAnswer) {
        finish();
        watch?.answered(answer.status);
        resolve(answer);
      },
      onError: (error: Error) => fail(failureOf(error)),
    };
    const allowedMs = kind === 'mutation' ? mutationTimeoutMs : timeoutMs;
    const leftMs = deadline - performance.now();
    // Who has no more time says nothing of the subgraph, which may be well: the breaker does not count it.
    const late = () =>
      leftMs <= allowedMs
        ? new FetchFailure('DEADLINE', 'The request deadline passed')
        : new FetchFailure('TIMEOUT', `No answer in ${allowedMs} ms`);
    const timer = setTimeout(() => giveUp(late()), Math.min(allowedMs, leftMs));
    const leave = () => giveUp(new FetchFailure('CANCELLED', 'Nobody waits for the answer'));
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
    };
    if (signal?.aborted) return leave();
    signal?.addEventListener('abort', leave, { once: true });
    onDispatch();
    pool.send(request);
  });
}

function failureOf(error: Error): FetchFailure {
  return new FetchFailure(error instanceof AnswerFault ? 'BAD_ANSWER' : 'UNREACHABLE', error.message, {
    cause: error,
  });
}
