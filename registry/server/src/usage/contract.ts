import { z } from 'zod';

/** Upper bounds of the latency buckets in milliseconds; a last bucket takes what is slower. */
export const latencyBoundsMs = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000] as const;

export const reportLimits = {
  /** Operations of one report. */
  operations: 2_000,
  /** Pairs of an operation and a client of one report. */
  uses: 10_000,
  /** Clients of a report in the second form. */
  clients: 1_000,
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

const client = z.strictObject({ name: clientText.min(1), version: clientText.optional() });

/** What is the same in both forms. */
const common = {
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
};

const use = z.strictObject({
  operation: hash,
  client,
  count: count.min(1),
  errors: count,
  /** Calls by {@link latencyBoundsMs}. */
  latency: z.array(count).length(latencyBoundsMs.length + 1),
});

/** The first form: each operation comes with its text, each use with its client. */
const whole = z.strictObject({ version: z.literal(1), ...common, uses: z.array(use).max(reportLimits.uses) });

/** Place among the clients, calls, errors, and latency without the zeros at its end. */
const calls = z.tuple([
  z.number().int().min(0),
  count.min(1),
  count,
  z
    .array(count)
    .min(1)
    .max(latencyBoundsMs.length + 1),
]);

/** The second form: each client comes once, and an operation's text only where the registry may not have it. */
const brief = z
  .strictObject({
    version: z.literal(2),
    ...common,
    clients: z.array(client).max(reportLimits.clients),
    uses: z
      .array(z.strictObject({ operation: hash, calls: z.array(calls).min(1).max(reportLimits.clients) }))
      .max(reportLimits.uses),
  })
  .transform(({ clients, uses, ...report }, context) => {
    const all: z.output<typeof use>[] = [];
    for (const { calls: told, operation: used } of uses)
      for (const [place, calls_, errors, buckets] of told) {
        const known = clients[place];
        if (known === undefined) return refuse(context, `There is no client ${place}.`);
        if (all.length >= reportLimits.uses)
          return refuse(context, `There are more than ${reportLimits.uses} uses.`);
        const latency = [...buckets, ...noLatency.slice(buckets.length)];
        all.push({ operation: used, client: known, count: calls_, errors, latency });
      }
    return { ...report, uses: all };
  });

const noLatency = [...latencyBoundsMs.map(() => 0), 0];

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', path: ['uses'], message });
  return z.NEVER;
}

/** `POST …/usage`: what one gateway counted in one window. No values, nobody's name or address. */
export const usageReport = z.discriminatedUnion('version', [whole, brief]);

export type UsageReport = z.output<typeof usageReport>;
