import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { multipart, sse, type StreamFormat } from './streams/format.ts';

/** How an answer may be written for an `Accept`: as one JSON text, as a stream, as either, or as neither. */
export interface Negotiated {
  /** The value of Content-Type; what is no subscription is answered so wherever it may be. */
  readonly json: string | undefined;
  readonly stream: StreamFormat | undefined;
}

/** Clients send few different values; none is worth more than this. */
const remembered = 200;
const longestAccept = 2_048;

const jsonTypes = ['application/json', 'application/graphql-response+json'];
const known = new LRUCache<string, Negotiated>({ max: remembered });
const neither: Negotiated = { json: undefined, stream: undefined };

/** Content negotiation by RFC 9110, 12. A stream is only for who names one: anything at all is JSON. */
export function negotiate(accept: string | undefined): Negotiated {
  const key = accept ?? '';
  const before = known.get(key);
  if (before) return before;
  if (key.length > longestAccept) return neither;
  const negotiator = new Negotiator({ headers: accept === undefined ? {} : { accept } });
  const json = negotiator.mediaType(jsonTypes);
  const streams = [sse, multipart].filter(({ isNamedBy }) => isNamedBy(key.toLowerCase()));
  const stream =
    streams.length === 0 ? undefined : negotiator.mediaType(streams.map(({ offered }) => offered));
  const negotiated = {
    json: json && `${json}; charset=utf-8`,
    stream: streams.find(({ offered }) => offered === stream),
  };
  known.set(key, negotiated);
  return negotiated;
}
