import { createHash } from 'node:crypto';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { parseText } from '../parse-text.ts';
import { closeCoordinates } from './close.ts';
import { collectCoordinates } from './collect.ts';
import type { OperationUse, Usage } from './usage-data.ts';
import type { UsageFile } from './usage-file.ts';

const dayMs = 86_400_000;

/** Files end at midnight and begin a moment later; a hole of more than a day, or a quarter of a short window, is a hole. */
const toleratedGapMs = (windowDays: number) => Math.min(dayMs, (windowDays * dayMs) / 4);

/**
 * What the files know about the window that ends now. A window that they do not cover, and an
 * operation that cannot be read, make usage unknown: what is not known is not taken for unused.
 */
export function usageFrom(
  files: readonly UsageFile[],
  schema: GraphQLSchema,
  window: { nowMs: number; days: number },
): Usage {
  const startMs = window.nowMs - window.days * dayMs;
  const unreadable: string[] = [];
  const readOnce = createReader(schema);
  const uses = files.flatMap((file) =>
    file.operations
      .filter(({ count, at }) => count > 0 && Date.parse(at ?? file.to) >= startMs)
      .flatMap((operation): OperationUse[] => {
        const read = readOnce(operation);
        if (read === undefined) unreadable.push(operation.name);
        return read === undefined ? [] : [{ ...known(operation), ...keyOf(operation, file), ...read }];
      }),
  );
  const because = whyUnknown(files, startMs, window, unreadable);
  if (because !== undefined) return { status: 'unknown', because, uses };
  const [from, to] = [startMs, window.nowMs].map((ms) => new Date(ms).toISOString());
  return { status: 'known', from: from ?? '', to: to ?? '', uses };
}

function whyUnknown(
  files: readonly UsageFile[],
  startMs: number,
  window: { nowMs: number; days: number },
  unreadable: readonly string[],
): string | undefined {
  if (files.length === 0) return 'there is no usage data, and unknown usage is not zero usage';
  const gap = firstGap(files, startMs, window);
  if (gap !== undefined) return `usage data does not cover ${gap} of the last ${window.days} days`;
  return unreadable.length > 0 ? `the operation "${unreadable[0]}" in use cannot be parsed` : undefined;
}

type Operation = UsageFile['operations'][number];

/** Many clients send the same operation, on many days: each text is read once. */
function createReader(schema: GraphQLSchema): (operation: Operation) => ReturnType<typeof readOperation> {
  const known = new Map<string, ReturnType<typeof readOperation>>();
  return (operation) => {
    const key = JSON.stringify([operation.document, operation.coordinates]);
    if (!known.has(key)) known.set(key, readOperation(operation, schema));
    return known.get(key);
  };
}

function readOperation(
  operation: Operation,
  schema: GraphQLSchema,
): Pick<OperationUse, 'coordinates' | 'document'> | undefined {
  const given = closeCoordinates(schema, operation.coordinates ?? []);
  if (operation.document === undefined) return { coordinates: given, document: undefined };
  try {
    const document = parseText(operation.document, operation.name);
    return { coordinates: given.union(collectCoordinates(schema, document)), document };
  } catch (cause) {
    if (cause instanceof GraphQLError) return undefined;
    throw cause;
  }
}

const known = ({ name, client, count }: Operation) => ({ name, client, count });

function keyOf(operation: Operation, file: UsageFile): Pick<OperationUse, 'hash' | 'at' | 'lastAt'> {
  const text = operation.document ?? JSON.stringify([operation.name, operation.coordinates]);
  const hash = operation.hash ?? createHash('sha256').update(text).digest('hex').slice(0, 16);
  const lastAt = new Date(operation.at ?? file.to).toISOString();
  return { hash, at: operation.at ?? file.from, lastAt };
}

/** The first uncovered stretch of the window in words, if it is longer than what is tolerated. */
function firstGap(
  files: readonly UsageFile[],
  startMs: number,
  { days: windowDays, nowMs: endMs }: { days: number; nowMs: number },
): string | undefined {
  const spans = files
    .map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
    .sort((a, b) => a.from - b.from);
  let coveredMs = startMs;
  for (const span of [...spans, { from: endMs, to: endMs }]) {
    if (span.from - coveredMs > toleratedGapMs(windowDays))
      return `${days(span.from - coveredMs)} (from ${new Date(coveredMs).toISOString().slice(0, 10)})`;
    coveredMs = Math.max(coveredMs, span.to);
  }
  return undefined;
}

const days = (ms: number) => `${(ms / dayMs).toFixed(1)} days`;
