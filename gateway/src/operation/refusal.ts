import { GraphQLError } from 'graphql';
import type { EdgeCode } from './edge-codes.ts';

/** What an error says of the HTTP answer; as Apollo has it, in `extensions.http`. */
export interface HttpHead {
  readonly status?: number;
  readonly headers?: ReadonlyMap<string, string>;
}

/** An operation that is not let in: why, under which code, and with which status over HTTP. */
export function refusal(
  message: string,
  code: EdgeCode,
  status: number,
  more: { headers?: Record<string, string>; extensions?: Record<string, unknown> } = {},
): GraphQLError {
  const http: HttpHead = { status, headers: new Map(Object.entries(more.headers ?? {})) };
  // `never`, because the IDE's renderer brings typings that claim this key for another server.
  return new GraphQLError(message, { extensions: { ...more.extensions, code, http: http as never } });
}

export function headOf(error: GraphQLError): HttpHead {
  return (error.extensions.http ?? {}) as unknown as HttpHead;
}

/** The same error under a code of ours, and with a status. */
export function recoded(error: GraphQLError, code: EdgeCode, status: number): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { ...error.extensions, code, http: { status } as never },
  });
}

/** Why an operation was not let in, where that is more than one thing. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}
