import { z } from 'zod';
import { badInput } from '../refusal.ts';

/** `User`, `User.posts`, `User.posts(first:)`, `@tag`, `@tag(name:)`: another spelling would look like no use. */
const coordinate = /^(?:\w+(?:\.\w+(?:\(\w+:\))?)?|@\w+(?:\(\w+:\))?)$/;

const operation = z.strictObject({
  name: z.string().default('anonymous'),
  /** What identifies the operation; made from its text when left out. */
  hash: z.string().optional(),
  document: z.string().optional(),
  /** Ready-made coordinates, for senders that do not keep documents: every field, input field and value. */
  coordinates: z.array(z.string().regex(coordinate, 'is not a schema coordinate')).optional(),
  client: z.strictObject({ name: z.string(), version: z.string().optional() }),
  count: z.number().int().min(0),
  /** When the counted span began; `from` of the file when left out. */
  at: z.iso.datetime({ offset: true }).optional(),
});

/** The shape of a usage file. */
export const usageFileSchema = z.strictObject({
  version: z.literal(1),
  /** The time for which this file knows every call. */
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  operations: z.array(
    operation.refine(({ document, coordinates }) => document !== undefined || coordinates !== undefined, {
      message: 'needs a document or coordinates',
    }),
  ),
});

/** Usage as it is kept in files and sent to the registry. */
export type UsageFile = z.output<typeof usageFileSchema>;

/** Parses one usage file; all problems come in one message. */
export function parseUsageFile(text: string, file: string): UsageFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badInput(`${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const parsed = usageFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 20)
    .map((issue) => `  ${issue.path.map(String).join('.')}: ${issue.message}`);
  throw badInput([`${file} is not a usage file:`, ...problems].join('\n'));
}
