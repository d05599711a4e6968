import { FetchFailure } from '../errors.ts';
import { isJsonObject } from '../json.ts';
import type { SubgraphResponse } from '../types.ts';
import type { RawAnswer } from './exchange.ts';

/** A subgraph's answer, or the reason why what came is none. */
export function parseAnswer({ status, text }: RawAnswer, subgraph: string): SubgraphResponse {
  const answer = parseJson(text);
  if (isJsonObject(answer) && ('data' in answer || Array.isArray(answer.errors))) return answer;
  // An error page of something in between: its text is for nobody.
  const reason = status >= 500 ? 'UNREACHABLE' : 'BAD_ANSWER';
  throw new FetchFailure(reason, `${subgraph} answered ${status} without GraphQL`, { status });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
