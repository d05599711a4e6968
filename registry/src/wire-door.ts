/** What the server's own thread needs: shapes, without the composer. */
export type { Report } from './report.ts';
export { couldNotRun, isRefusal, type Refusal } from './refusal.ts';
export type { Publication } from './publish.ts';
export { type RemoteClient, type RemoteGraph, remoteClient } from './remote/client.ts';
export * from './remote/wire.ts';
export type { KeptOperation } from './documents/kept.ts';
export type {
  Approval,
  Freeze,
  NewVersion,
  PublishResult,
  Store,
  Version,
  VersionSummary,
} from './store/store.ts';
export { type UsageFile, usageFileSchema } from './usage/usage-file.ts';
export { inLine } from './render/in-line.ts';
export { useText } from './render/problems.ts';
