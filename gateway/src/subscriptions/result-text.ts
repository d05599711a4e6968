import type { FormattedExecutionResult } from 'graphql';
import type { UpstreamEvent } from './upstream/sink.ts';

/** JSON text with a gap wherever a subscription's own cursor goes: one object for all who are told it alike. */
export type ResultPieces = readonly string[];

/** A result as JSON text, as every transport puts it into its frames. */
export interface ResultText {
  readonly pieces: ResultPieces;
  /** What stands in the gaps: a JSON text, of one subscription alone. */
  readonly own: string;
}

export function piecesOf(result: FormattedExecutionResult, own: UpstreamEvent['own']): ResultPieces {
  const text = JSON.stringify(result);
  return own ? text.split(JSON.stringify(own.placeholder)) : [text];
}

export function textFor(pieces: ResultPieces, own: UpstreamEvent['own']): ResultText {
  return { pieces, own: own && pieces.length > 1 ? JSON.stringify(own.cursor) : '' };
}

export function textOf(result: object): ResultText {
  return { pieces: [JSON.stringify(result)], own: '' };
}

export function joined({ own, pieces }: ResultText): string {
  return pieces.length === 1 ? (pieces[0] ?? '') : pieces.join(own);
}
