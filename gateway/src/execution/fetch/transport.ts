import { type Dispatcher, Pool } from 'undici';
import { FetchFailure } from '../errors.ts';
import type { Exchange, RawAnswer } from './exchange.ts';
import type { HeadersFor, SubgraphLimits } from './settings.ts';
import type { CancelSignal } from '../cancel.ts';

export interface Transport {
  readonly exchange: Exchange;
  close(): Promise<void>;
}

const fixedHeaders = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json;q=0.9',
};

/** A keep-alive pool to one URL. undici's dispatch is used directly: no streams, no Request objects. */
export function createTransport(
  url: string,
  limits: SubgraphLimits,
  headersFor: HeadersFor | undefined,
): Transport {
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  const pool = new Pool(origin, {
    connections: limits.connections,
    keepAliveTimeout: limits.keepAliveMs,
    connectTimeout: limits.connectTimeoutMs,
    // Timing out is ours, by one timer for the whole attempt.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async exchange(call) {
      const { request } = call;
      const body = Buffer.from(request.body);
      const outgoing = { method: 'POST', path, body, context: request.context } as const;
      const made = headersFor?.(request.subgraph, outgoing);
      const extra = made instanceof Promise ? await made : made;
      const headers = extra ? { ...fixedHeaders, ...extra } : fixedHeaders;
      return await new Promise<RawAnswer>((resolve, reject) => {
        const timeoutMs = Math.min(limits.timeoutMs, call.deadline - Date.now());
        const handler = createHandler(limits.maxAnswerBytes, timeoutMs, call.signal, resolve, reject);
        call.onDispatch();
        pool.dispatch({ method: 'POST', path, headers, body }, handler);
      });
    },
    close: () => pool.close(),
  };
}

function createHandler(
  maxBytes: number,
  timeoutMs: number,
  signal: CancelSignal | undefined,
  resolve: (answer: RawAnswer) => void,
  reject: (failure: FetchFailure) => void,
): Dispatcher.DispatchHandler {
  let controller: Dispatcher.DispatchController | undefined;
  let ended: FetchFailure | undefined;
  let status = 0;
  let size = 0;
  const chunks: Buffer[] = [];

  const timer = setTimeout(
    () => stop(new FetchFailure('TIMEOUT', `No answer in ${timeoutMs} ms`)),
    timeoutMs,
  );
  const leave = () => stop(new FetchFailure('CANCELLED', 'Nobody waits for the answer'));
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();

  function finish(): void {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }

  function stop(failure: FetchFailure): void {
    if (ended) return;
    ended = failure;
    finish();
    reject(failure);
    controller?.abort(failure);
  }

  return {
    onRequestStart(started) {
      controller = started;
      // The request may have been given up while it waited for a socket.
      if (ended) started.abort(ended);
    },
    onResponseStart(_, statusCode) {
      status = statusCode;
      size = 0;
      chunks.length = 0;
    },
    onResponseData(_, chunk) {
      size += chunk.length;
      if (size > maxBytes) stop(new FetchFailure('BAD_ANSWER', `An answer of more than ${maxBytes} bytes`));
      else chunks.push(chunk);
    },
    onResponseEnd() {
      finish();
      const [only] = chunks;
      resolve({
        status,
        text: (chunks.length === 1 && only ? only : Buffer.concat(chunks, size)).toString(),
      });
    },
    onResponseError(_, error) {
      stop(new FetchFailure('UNREACHABLE', error.message, { cause: error }));
    },
  };
}
