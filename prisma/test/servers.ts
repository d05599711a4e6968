/** By file: packages/testing is built on this package, so this one cannot depend on it. */
export { servers } from '../../packages/testing/src/servers.ts';
