/** How results are written on a connection that stays open. */
export interface StreamFormat {
  transport: 'sse' | 'multipart';
  contentType: string;
  /** What is offered in content negotiation. */
  offered: string;
  /** Whether an Accept header, in lower case, names it rather than a wildcard that would include it. */
  isNamedBy(accept: string): boolean;
  /** What comes before the first result. */
  open: string;
  result(json: string): string;
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
  offered: 'text/event-stream',
  isNamedBy: (accept) => accept.includes('text/event-stream'),
  open: ':\n\n',
  result: (json) => `event: next\ndata: ${json}\n\n`,
  heartbeat: ':\n\n',
  complete: 'event: complete\ndata:\n\n',
  cut: (error) => `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\nevent: complete\ndata:\n\n`,
};

// The boundary goes behind each part: a reader knows that a part is whole when it sees the next one begin.
const part = (json: string) => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`;

/** Apollo's multipart protocol for subscriptions, which its web, iOS and Kotlin clients speak. */
export const multipart: StreamFormat = {
  transport: 'multipart',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  offered: 'multipart/mixed;boundary="graphql";subscriptionspec="1.0"',
  // Without its parameter the type is another protocol, of @defer.
  isNamedBy: (accept) => accept.includes('multipart/mixed') && accept.includes('subscriptionspec'),
  open: '--graphql',
  result: (json) => part(`{"payload":${json}}`),
  heartbeat: part('{}'),
  complete: '--\r\n',
  cut: (error) => `${part(JSON.stringify({ payload: null, errors: [error] }))}--\r\n`,
};
