import type { FormattedExecutionResult } from 'graphql';

/** How results are written on a connection that stays open. */
export interface StreamFormat {
  transport: 'sse' | 'multipart';
  contentType: string;
  /** What comes before the first result. */
  open: string;
  result(result: FormattedExecutionResult): string;
  /** Keeps proxies from closing what is only quiet. */
  heartbeat: string;
  /** The operation is over. */
  complete: string;
  /** The gateway ends the stream although the operation is not over. */
  cut(error: { message: string; extensions: { code: string } }): string;
}

/** The distinct-connections mode of graphql-sse. */
export const sse: StreamFormat = {
  transport: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  open: ':\n\n',
  result: (result) => `event: next\ndata: ${JSON.stringify(result)}\n\n`,
  heartbeat: ':\n\n',
  complete: 'event: complete\ndata:\n\n',
  cut: (error) => `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\nevent: complete\ndata:\n\n`,
};

// The boundary goes behind each part: a reader knows that a part is whole when it sees the next one begin.
const part = (value: unknown) =>
  `\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(value)}\r\n--graphql`;

/** Apollo's multipart protocol for subscriptions, which its web, iOS and Kotlin clients speak. */
export const multipart: StreamFormat = {
  transport: 'multipart',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  open: '--graphql',
  result: (result) => part({ payload: result }),
  heartbeat: part({}),
  complete: '--\r\n',
  cut: (error) => `${part({ payload: null, errors: [error] })}--\r\n`,
};

/** The streaming format that an Accept header asks for, if any. */
export function streamFormatOf(accept: string | undefined): StreamFormat | undefined {
  if (!accept) return undefined;
  if (/\btext\/event-stream\b/i.test(accept)) return sse;
  if (/\bmultipart\/mixed\b[^,]*\bsubscriptionSpec\s*=/i.test(accept)) return multipart;
  return undefined;
}
