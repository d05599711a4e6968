import type { EdgeCode } from '../operation/edge-codes.ts';

/** A whole answer, before anything writes it. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** The answer to what never became a GraphQL request, in the shape that GraphQL clients read. */
export function refusal(
  status: number,
  message: string,
  code: EdgeCode,
  headers: Record<string, string> = {},
): HttpAnswer {
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ errors: [{ message, extensions: { code } }] }),
  };
}
