import { GraphQLError } from 'graphql';
import { type OperationLimits, overLimits } from '../limits/limits.ts';
import { pointsOf } from '../limits/points.ts';
import { Refused } from '../refusal.ts';
import type { OperationRequest } from '../types.ts';
import type { Entries } from './entries.ts';
import { type Entry, operationOf } from './entry.ts';
import type { FindDocument, NewDocument } from './find-document.ts';
import { type ParsedDocument, parseDocument } from './parse-document.ts';

/** What can be said of a request's document before it is validated. Each outcome has its price in points. */
export type Examined = { readonly points: number } & (
  | { readonly status: 'known'; readonly entry: Entry }
  | { readonly status: 'new'; readonly found: NewDocument; readonly parsed: ParsedDocument }
  | { readonly status: 'refused'; readonly error: unknown }
);

/** Takes time by the length of the text alone, so that its price can be taken before more is done. */
export type Examine = (request: OperationRequest, entries: Entries) => Examined | Promise<Examined>;

export function createExamine(options: {
  findDocument: FindDocument;
  limits: OperationLimits;
  maxTokens: number;
}): Examine {
  const { findDocument, limits, maxTokens } = options;

  function look(found: Entry | NewDocument, request: OperationRequest): Examined {
    if ('operations' in found) {
      const points = operationOf(found, request.operationName)?.points ?? 1;
      return { status: 'known', entry: found, points };
    }
    const parsed = parseDocument(found.text, maxTokens);
    const points = Math.max(...Array.from(parsed.measures.values(), pointsOf));
    const problems = overLimits(parsed.measures, limits);
    return problems.length > 0
      ? { status: 'refused', error: new Refused(problems), points }
      : { status: 'new', found, parsed, points };
  }

  async function lookLater(finding: Promise<Entry | NewDocument>, request: OperationRequest) {
    try {
      return look(await finding, request);
    } catch (error) {
      return refused(error);
    }
  }

  return (request, entries) => {
    try {
      const found = findDocument(request, entries);
      return found instanceof Promise ? lookLater(found, request) : look(found, request);
    } catch (error) {
      return refused(error);
    }
  };
}

/** @throws what is a fault of ours */
function refused(error: unknown): Examined {
  if (!(error instanceof GraphQLError)) throw error;
  return { status: 'refused', error, points: 1 };
}
