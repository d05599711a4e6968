/** What becomes of the streams of a websocket that was closed. */
export type Closed =
  /** Connect again. */
  | 'lost'
  /** Connect again with another token. */
  | 'stale'
  /** Nothing that is sent again will be taken. */
  | 'SESSION_ENDED'
  | 'PROTOCOL';

/** By close code; every other one is a connection that was lost: drained (1001), cut (1006), too slow (4443), … */
const byCode: Readonly<Record<number, Closed>> = {
  1002: 'PROTOCOL',
  1003: 'PROTOCOL',
  1009: 'PROTOCOL',
  4400: 'PROTOCOL',
  4401: 'stale',
  4403: 'stale',
  4406: 'PROTOCOL',
  4409: 'PROTOCOL',
  4429: 'PROTOCOL',
  4440: 'stale',
  4441: 'SESSION_ENDED',
};

export function closedBy(code: number): Closed {
  return byCode[code] ?? 'lost';
}
