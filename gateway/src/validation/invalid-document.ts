import { GraphQLError, Source } from 'graphql';
import type { Problem } from '../planning/question.ts';

/** A document that does not fit the supergraph. The errors have no code of ours yet. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(({ message }) => message).join('\n'));
    this.errors = errors;
  }
}

export function problemOf({ message, nodes, positions }: GraphQLError): Problem {
  return { message, positions: positions ?? nodes?.flatMap(({ loc }) => loc?.start ?? []) ?? [] };
}

export function invalidDocument(text: string, problems: readonly Problem[]): InvalidDocument {
  const source = new Source(text);
  const errors = problems.map(
    ({ message, positions }) => new GraphQLError(message, positions.length > 0 ? { source, positions } : {}),
  );
  return new InvalidDocument(errors);
}
