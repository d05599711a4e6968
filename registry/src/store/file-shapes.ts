import { z } from 'zod';
import { contractsSchema } from '../config/schema.ts';

/** `versions/<id>.json`: schemas and operations are named by the hash of their text. */
export const manifestSchema = z.object({
  id: z.number().int().positive(),
  at: z.string(),
  by: z.string(),
  message: z.string(),
  equalTo: z.number().optional(),
  supergraph: z.string(),
  contracts: contractsSchema.optional(),
  operations: z.string().optional(),
  subgraphs: z.array(
    z.object({
      name: z.string(),
      url: z.string().optional(),
      file: z.string().optional(),
      schema: z.string(),
    }),
  ),
});

/** A version as the file store keeps it. */
export type Manifest = z.output<typeof manifestSchema>;

/** `approvals/<context>/<change>.json` */
export const approvalSchema = z.object({
  context: z.string(),
  changeId: z.string(),
  by: z.string(),
  reason: z.string(),
  at: z.string(),
});

/** `freeze.json` */
export const freezeSchema = z.object({ by: z.string(), reason: z.string(), at: z.string() });
