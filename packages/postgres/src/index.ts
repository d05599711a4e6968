export { bigintTypes } from './bigint-types.ts';
export { idArray, textArray } from './arrays.ts';
export { createLanes, type Lanes, laneLimits } from './lanes.ts';
export { onStatements } from './on-statements.ts';
export { type Direction, type ListBounds, pageStatements, pageValues, placeValues } from './paged-lists.ts';
export { createPool, poolLimits, type PoolOptions } from './pool.ts';
export { createPreparedReads, type PreparedReads, type PreparedStatement } from './prepared-reads.ts';
export { createPreparedWrites, type PreparedWrites } from './prepared-writes.ts';
