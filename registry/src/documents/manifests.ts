import { z } from 'zod';
import { badInput } from '../refusal.ts';

/** One persisted operation of a manifest. */
export type ManifestEntry = { id: string; body: string };

const apollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

/** Relay's `persisted_queries.json` and graphql-codegen's `persisted-documents.json` have one shape. */
const byHash = z.record(z.string(), z.string());

/** Reads a manifest as Apollo, Relay or graphql-codegen write it. */
export function manifestEntries(text: string, file: string): ManifestEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badInput(`${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const manifest = apollo.safeParse(json);
  if (manifest.success) return manifest.data.operations;
  const table = byHash.safeParse(json);
  if (table.success) return Object.entries(table.data).map(([id, body]) => ({ id, body }));
  throw badInput(`${file} is no manifest of Apollo, Relay or graphql-codegen.`);
}
