/** 2025-01-01T00:00:00Z, the first millisecond an id can carry. */
const epochMs = 1_735_689_600_000n;
const timeShift = 22n;

/** The smallest id of the given millisecond (Unix epoch). */
export function idAt(timeMs: number): bigint {
  return (BigInt(Math.floor(timeMs)) - epochMs) << timeShift;
}

/** The millisecond (Unix epoch) in which the database made an id. */
export function timeOf(id: bigint): number {
  return Number((id >> timeShift) + epochMs);
}
