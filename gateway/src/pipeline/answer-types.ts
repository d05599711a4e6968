import type { HTTPGraphQLResponse } from '@apollo/server';
import { LRUCache } from 'lru-cache';

const remembered = 200;

/** Which media type an `Accept` header gets, as Apollo Server has negotiated it before. */
export interface AnswerTypes {
  of(accept: string | undefined): string | undefined;
  learn(accept: string | undefined, answer: HTTPGraphQLResponse): void;
}

export function createAnswerTypes(): AnswerTypes {
  const types = new LRUCache<string, string>({ max: remembered });
  return {
    of: (accept = '') => types.get(accept),
    learn(accept = '', { status = 200, headers, body }) {
      const type = headers.get('content-type');
      // Any other status may be that of a refusal, which has a type although none was acceptable.
      if (status === 200 && body.kind === 'complete' && type) types.set(accept, type);
    },
  };
}
