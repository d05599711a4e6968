import type { Counted } from './window.ts';

/** What the registry is sent: `POST /v1/graphs/:graph/usage`. Times are relative, so no clock has to be right. */
export interface UsageReport {
  readonly version: 1;
  /** This process, and which report of its life this is. */
  readonly reporter: string;
  readonly sequence: number;
  readonly gateway: { readonly name: string; readonly supergraph: string };
  readonly window: { readonly ageMs: number; readonly durationMs: number };
  readonly lost: number;
  readonly operations: Counted['operations'];
  readonly uses: Counted['uses'];
}

/** A report that has a number: it may have arrived, so it is sent again as it is. */
export interface Numbered {
  readonly sequence: number;
  readonly counted: Counted;
  readonly supergraph: string;
}

export function reportOf(
  { counted, sequence, supergraph }: Numbered,
  self: { reporter: string; name: string },
): UsageReport {
  const { endedAtMs, lost, operations, startedAtMs, uses } = counted;
  return {
    version: 1,
    reporter: self.reporter,
    sequence,
    gateway: { name: self.name, supergraph },
    window: { ageMs: performance.now() - endedAtMs, durationMs: endedAtMs - startedAtMs },
    lost,
    operations,
    uses,
  };
}
