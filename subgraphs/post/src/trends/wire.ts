import { idText } from '@murmuration/service-kit/subgraph';
import { z } from 'zod';
import type { Trends } from './count.ts';

const place = z.object({ key: idText, id: idText });
/** Two versions may run side by side: what is not understood is as good as not there. */
const stored = z.object({
  tags: z.array(z.object({ place, tag: z.string(), authorCount: z.number().int() })),
  posts: z.array(z.object({ place, authorId: idText })),
});

export function encodeTrends(trends: Trends): string {
  return JSON.stringify(trends, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** @returns null for what is no trends, or not there */
export function decodeTrends(text: string | null): Trends | null {
  if (text === null) return null;
  const parsed = stored.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
