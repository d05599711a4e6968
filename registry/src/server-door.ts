/** What the server's worker does its work with. */
export { versionBaseline } from './baseline.ts';
export { check, type CheckInput } from './check.ts';
export { compareGraphs } from './changes/compare.ts';
export type { Change } from './changes/change.ts';
export { deprecatedSince } from './changes/deprecated-since.ts';
export { composeSubgraphs, fromSupergraph } from './compose.ts';
export { parseSubgraph } from './composition/parse-subgraph.ts';
export { withoutAccessRules } from './composition/without-access-rules.ts';
export { requireKnownNames } from './config/known-names.ts';
export { composeContract } from './contract.ts';
export { restoreOperation } from './documents/kept.ts';
export { parseText } from './parse-text.ts';
export { type Publication, type PublishRequest, publish } from './publish.ts';
export { badInput, couldNotRun, isRefusal } from './refusal.ts';
export { closeCoordinates } from './usage/close.ts';
export { collectCoordinates } from './usage/collect.ts';
export { applyToStore } from './workspace/candidate.ts';
