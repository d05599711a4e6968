import type { Baseline } from '../check.ts';
import type { LoadedConfig } from '../config/load.ts';
import { badInput } from '../refusal.ts';
import type { Store, Version } from '../store/store.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';
import {
  gitFiles,
  isFirstCommit,
  isShallow,
  mergeBase,
  requireCommit,
  resolveCommit,
  whyNoGit,
} from './git.ts';

/**
 * Finds what to compare with: `head` or `version:ID` of the store, `git:REV`, or `landed`, the last
 * commit that is surely on the main branch.
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

function fromHead(head: Version | undefined): Baseline {
  const label = head ? `version ${head.id}` : 'head';
  return head
    ? { status: 'found', label, subgraphs: head.subgraphs, supergraphSdl: head.supergraphSdl }
    : { status: 'absent', label, because: 'nothing has been published yet' };
}

async function fromVersion(id: string, store: Store): Promise<Baseline> {
  const version = /^\d+$/.test(id) ? await store.version(Number(id)) : undefined;
  if (version === undefined) throw badInput(`There is no version "${id}" in the store.`);
  return {
    status: 'found',
    label: `version ${id}`,
    subgraphs: version.subgraphs,
    supergraphSdl: version.supergraphSdl,
  };
}

/** `HEAD~1` of the first commit is not an error: before it there was nothing. */
function fromGit(revision: string, { config, root }: LoadedConfig): Baseline {
  const parentOf = /^(.+?)(?:~1?|\^1?)$/.exec(revision)?.[1];
  const child = parentOf === undefined ? undefined : resolveCommit(root, parentOf);
  if (child !== undefined && isFirstCommit(root, child))
    return { status: 'absent', label: `git:${revision}`, because: `${parentOf} is the first commit` };
  return atCommit(requireCommit(root, revision), `git:${revision}`, { config, root });
}

function atCommit(commit: string, label: string, { config, root }: LoadedConfig): Baseline {
  const subgraphs = readSubgraphs(config, gitFiles(root, commit));
  return subgraphs.length > 0
    ? { status: 'found', label: `${label} (${commit.slice(0, 9)})`, subgraphs }
    : { status: 'absent', label, because: `there are no subgraphs at ${label} (${commit.slice(0, 9)})` };
}

/**
 * Where this work left `origin/main`; on main itself, or without a remote, the commit before this
 * one. The merge base, so that what others landed meanwhile is not taken for a removal.
 */
function landed(loaded: LoadedConfig): Baseline {
  const { root } = loaded;
  const none = whyNoGit(root);
  if (none !== undefined) return { status: 'absent', label: 'landed', because: none };
  const head = resolveCommit(root, 'HEAD');
  if (head === undefined) return { status: 'absent', label: 'landed', because: 'nothing is committed yet' };
  const main = resolveCommit(root, 'origin/main');
  const base = main === undefined ? undefined : mergeBase(root, main, head);
  if (base !== undefined && base !== head) return atCommit(base, 'git:origin/main', loaded);
  // A shallow clone on somebody's desk is no fault of theirs; in CI it would hide every breakage.
  const isExcused = isShallow(root) && resolveCommit(root, 'HEAD~1') === undefined && !process.env['CI'];
  return isExcused
    ? { status: 'absent', label: 'landed', because: 'this is a shallow clone without the commit before' }
    : fromGit('HEAD~1', loaded);
}
