import type { Described } from './describe.ts';
import type { Counted } from './window.ts';

/** A report that has a number: it may have arrived, so it is sent again as it is. */
export interface Numbered {
  readonly sequence: number;
  readonly counted: Counted;
  readonly supergraph: string;
}

/**
 * What the registry is sent, as JSON: `POST /v1/graphs/:graph/usage`. Times are relative, so no clock has to be right. Of operations that it
 * has already only the hashes are told.
 */
export function reportOf(
  { counted, sequence, supergraph }: Numbered,
  self: { reporter: string; name: string },
  isKnown: (operation: Described) => boolean,
): Buffer {
  const { clients, endedAtMs, lost, operations, startedAtMs, uses } = counted;
  const told = operations
    .filter((operation) => !isKnown(operation))
    .map(({ document, hash, kind, name }) => JSON.stringify({ hash, name, kind, document }));
  const head = JSON.stringify({
    version: 2,
    reporter: self.reporter,
    sequence,
    gateway: { name: self.name, supergraph },
    window: { ageMs: performance.now() - endedAtMs, durationMs: endedAtMs - startedAtMs },
    lost,
  });
  return Buffer.concat([
    Buffer.from(`${head.slice(0, -1)},"operations":[${told.join()}],"clients":[${clients.join()}],"uses":[`),
    uses,
    Buffer.from(']}'),
  ]);
}
