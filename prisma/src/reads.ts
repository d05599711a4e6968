/** For who reads past the ORM without any of its clients. */
export { bigintTypes } from './bigint-types.ts';
export { idArray } from './id-array.ts';
export { createLanes, type Lanes, readPoolSize } from './lanes.ts';
