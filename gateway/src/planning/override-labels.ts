import { createHash } from 'node:crypto';
import type { RequestContext } from '../execution/types.ts';

/**
 * The default choice of `@override(label:)` labels: `percent(n)` is on for n of a hundred callers, always
 * the same ones where the caller is known. Other labels are off unless somebody decides about them.
 */
export function labelsFor(context: RequestContext, labels: readonly string[]): string[] {
  const caller = context.cacheKeyOfIdentity ?? context.requestId;
  return labels.filter((label) => {
    const percent = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label)?.[1];
    return percent !== undefined && shareOf(caller, label) * 100 < Number(percent);
  });
}

function shareOf(caller: string, label: string): number {
  return createHash('sha256').update(`${label}\n${caller}`).digest().readUInt32BE(0) / 2 ** 32;
}
