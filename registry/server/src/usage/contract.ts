import { z } from 'zod';

/** Upper bounds of the latency buckets in milliseconds; a last bucket takes what is slower. */
export const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const;

export const reportLimits = {
  /** Operations of one report. */
  operations: 2_000,
  /** Pairs of an operation and a client of one report. */
  uses: 10_000,
  /** Characters of a document without values; longer ones come as coordinates. */
  documentLength: 100_000,
  /** Coordinates of an operation that comes without its text. */
  coordinates: 5_000,
  /** Characters of an operation's name. */
  nameLength: 256,
  /** Characters of a client's name, and of its version. */
  clientLength: 64,
  /** Calls that one number may stand for. */
  count: 1_000_000_000,
  /** How long ago a report's window may have ended: an outage of the registry that a sender bridged. */
  ageMs: 7 * 86_400_000,
} as const;

const count = z.number().int().min(0).max(reportLimits.count);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal');
const clientText = z.string().max(reportLimits.clientLength);

const operation = z
  .strictObject({
    hash,
    name: z.string().max(reportLimits.nameLength),
    kind: z.enum(['query', 'mutation', 'subscription']),
    /** Without values: every string is empty, every number 0. Its SHA-256 is `hash`. */
    document: z.string().max(reportLimits.documentLength).optional(),
    /** Instead of the document; the SHA-256 of their JSON is `hash`. */
    coordinates: z
      .array(z.string().max(3 * reportLimits.nameLength))
      .max(reportLimits.coordinates)
      .optional(),
  })
  .refine(({ coordinates, document }) => (coordinates === undefined) !== (document === undefined), {
    message: 'needs either a document or coordinates',
  });

/** Stands for clients beyond a limit. */
export const otherClient = { name: 'other', version: '' } as const;

const use = z.strictObject({
  operation: hash,
  client: z.strictObject({ name: clientText.min(1), version: clientText.optional() }),
  count: count.min(1),
  errors: count,
  /** Calls by {@link latencyBoundsMs}. */
  latency: z.array(count).length(latencyBoundsMs.length + 1),
});

/** `POST …/usage`: what one gateway counted in one window. No values, nobody's name or address. */
export const usageReport = z.strictObject({
  version: z.literal(1),
  /** This process, and which report of its life this is: one that comes twice is counted once. */
  reporter: z.string().regex(/^[\w-]{8,64}$/),
  sequence: z.number().int().positive(),
  gateway: z.strictObject({
    name: z.string().regex(/^[\w.-]{1,100}$/),
    /** The beginning, at least 16 digits, of the SHA-256 of the supergraph that it serves. */
    supergraph: z.string().regex(/^[0-9a-f]{16,64}$/),
  }),
  /** By the sender's monotonic clock, so that no wall clock has to be right. */
  window: z.strictObject({
    ageMs: z.number().min(0).max(reportLimits.ageMs),
    durationMs: z.number().min(0).max(reportLimits.ageMs),
  }),
  /** Calls of the window that could not be told. Above 0 the window is not known. */
  lost: count,
  operations: z.array(operation).max(reportLimits.operations),
  uses: z.array(use).max(reportLimits.uses),
});

export type UsageReport = z.output<typeof usageReport>;
