import { type Baseline, versionBaseline } from '../baseline.ts';
import type { Subgraph } from '../composition/subgraph.ts';
import type { LoadedConfig } from '../config/load.ts';
import { badInput, couldNotRun } from '../refusal.ts';
import type { Store, Version } from '../store/store.ts';
import { atCommit } from './at-commit.ts';
import { isBeyondGit, isFirstCommit, requireCommit, resolveCommit } from './git.ts';
import { landed } from './landed.ts';

/**
 * Finds what to compare with: `head` or `version:ID` of the store, `git:REV`, or `landed`, the last
 * commit that is surely on the main branch. A baseline that is there but not whole is refused.
 */
export async function resolveBaseline(
  against: string,
  loaded: LoadedConfig,
  openStore: () => Promise<Store>,
): Promise<Baseline> {
  if (against === 'head') return fromHead(await (await openStore()).head());
  if (against === 'landed') return landed(loaded);
  if (against.startsWith('git:')) return fromGit(against.slice('git:'.length), loaded);
  if (against.startsWith('version:')) return fromVersion(against.slice('version:'.length), await openStore());
  throw badInput(`--against takes head, landed, version:ID or git:REV, not "${against}".`);
}

/** Whether a state is one of the store's, which may know subgraphs of other repositories. */
export function isOfStore(against: string): boolean {
  return against === 'head' || against.startsWith('version:');
}

/** Refuses to judge without a baseline, unless somebody said that there is none yet. */
export function requireBaseline(baseline: Baseline, isAllowedToMiss: boolean): Baseline {
  if (baseline.status === 'found' || isAllowedToMiss) return baseline;
  throw couldNotRun(
    `There is nothing to compare with: ${baseline.because}. If this is the first time, say --allow-no-baseline; changes are not judged then.`,
  );
}

/**
 * Refuses to compare with a commit what no commit can have: a subgraph whose file git ignores would look
 * new for ever, and nothing that it loses would be seen.
 */
export function requireTracked(candidate: readonly Subgraph[], baseline: Baseline, root: string): void {
  if (baseline.status === 'absent') return;
  const known = new Set(baseline.subgraphs.map(({ name }) => name));
  const beyond = candidate.find(({ name, file }) => !known.has(name) && file && isBeyondGit(root, file));
  if (beyond)
    throw couldNotRun(
      `${beyond.file} of subgraph ${beyond.name} is not in this repository's git, so no commit can be its baseline. Publish it to a store and check --against head.`,
    );
}

function fromHead(head: Version | undefined): Baseline {
  return head
    ? versionBaseline(head)
    : { status: 'absent', label: 'head', because: 'nothing has been published yet' };
}

async function fromVersion(id: string, store: Store): Promise<Baseline> {
  const version = /^\d+$/.test(id) ? await store.version(Number(id)) : undefined;
  if (version === undefined) throw badInput(`There is no version "${id}" in the store.`);
  return versionBaseline(version);
}

/** `HEAD~1` of the first commit is not an error: before it there was nothing. */
function fromGit(revision: string, loaded: LoadedConfig): Baseline {
  const { root } = loaded;
  const parentOf = /^(.+?)(?:~1?|\^1?)$/.exec(revision)?.[1];
  const child = parentOf === undefined ? undefined : resolveCommit(root, parentOf);
  if (child !== undefined && isFirstCommit(root, child))
    return { status: 'absent', label: `git:${revision}`, because: `${parentOf} is the first commit` };
  return atCommit(requireCommit(root, revision), `git:${revision}`, loaded);
}
