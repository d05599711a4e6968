import { idAt } from '@murmuration/ids';

/** What the database's sequence leaves room for: ten bits. */
const idsPerMs = 1_024;

/**
 * Makes ids in code as the database would have at the given times, in whatever order they are asked for. A
 * millisecond that is full hands on to the next.
 */
export function createIdMaker(): (atMs: number) => bigint {
  const used = new Map<number, number>();
  return (atMs) => {
    let ms = atMs;
    while ((used.get(ms) ?? 0) >= idsPerMs) ms++;
    const place = used.get(ms) ?? 0;
    used.set(ms, place + 1);
    return idAt(ms) + BigInt(place);
  };
}
