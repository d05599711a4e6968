import { createHash } from 'node:crypto';
import { GraphQLError, type GraphQLSchema, parse } from 'graphql';
import { collectCoordinates } from './collect.ts';
import type { OperationUse, Usage } from './usage-data.ts';
import type { UsageFile } from './usage-file.ts';

const dayMs = 86_400_000;

/** Files end at midnight and begin a moment later; a hole of more than a day is a hole. */
const toleratedGapMs = dayMs;

/**
 * What the files know about the window that ends now. A window that they do not cover, and an
 * operation that cannot be read, make usage unknown: what is not known is not taken for unused.
 */
export function usageFrom(
  files: readonly UsageFile[],
  schema: GraphQLSchema,
  window: { nowMs: number; days: number },
): Usage {
  if (files.length === 0) return unknown('there is no usage data, and unknown usage is not zero usage');
  const startMs = window.nowMs - window.days * dayMs;
  const gap = firstGap(files, startMs, window.nowMs);
  if (gap !== undefined) return unknown(`usage data does not cover ${gap} of the last ${window.days} days`);
  const unreadable: string[] = [];
  const uses = files.flatMap((file) =>
    file.operations
      .filter(({ count, at }) => count > 0 && Date.parse(at ?? file.to) >= startMs)
      .flatMap((operation): OperationUse[] => {
        const coordinates = coordinatesOf(operation, schema);
        if (coordinates === undefined) unreadable.push(operation.name);
        return coordinates === undefined ? [] : [{ ...operation, ...keyOf(operation, file), coordinates }];
      }),
  );
  if (unreadable.length > 0) return unknown(`the operation "${unreadable[0]}" in use cannot be parsed`);
  return {
    status: 'known',
    from: new Date(startMs).toISOString(),
    to: new Date(window.nowMs).toISOString(),
    uses,
  };
}

const unknown = (because: string): Usage => ({ status: 'unknown', because });

type Operation = UsageFile['operations'][number];

function coordinatesOf(operation: Operation, schema: GraphQLSchema): ReadonlySet<string> | undefined {
  const given = new Set(operation.coordinates ?? []);
  if (operation.document === undefined) return given;
  try {
    return given.union(collectCoordinates(schema, parse(operation.document)));
  } catch (cause) {
    if (cause instanceof GraphQLError) return undefined;
    throw cause;
  }
}

function keyOf(operation: Operation, file: UsageFile): { hash: string; at: string } {
  const text = operation.document ?? JSON.stringify([operation.name, operation.coordinates]);
  const hash = operation.hash ?? createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { hash, at: operation.at ?? file.from };
}

/** The first uncovered stretch of the window in words, if it is longer than what is tolerated. */
function firstGap(files: readonly UsageFile[], startMs: number, endMs: number): string | undefined {
  const spans = files
    .map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) }))
    .sort((a, b) => a.from - b.from);
  let coveredMs = startMs;
  for (const span of [...spans, { from: endMs, to: endMs }]) {
    if (span.from - coveredMs > toleratedGapMs)
      return `${days(span.from - coveredMs)} (from ${new Date(coveredMs).toISOString().slice(0, 10)})`;
    coveredMs = Math.max(coveredMs, span.to);
  }
  return undefined;
}

const days = (ms: number) => `${(ms / dayMs).toFixed(1)} days`;
