import type { Baseline } from '../baseline.ts';
import type { LoadedConfig } from '../config/load.ts';
import { atCommit } from './at-commit.ts';
import { hasOrigin, isFirstCommit, isShallow, mergeBase, resolveCommit, whyNoGit } from './git.ts';

const deepen = 'fetch more of it: git fetch --deepen=50';

/**
 * Where this work left `origin/main`; on main itself, or without a remote, the commit before this
 * one. The merge base, so that what others landed meanwhile is not taken for a removal.
 */
export function landed(loaded: LoadedConfig): Baseline {
  const { root } = loaded;
  const none = whyNoGit(root);
  if (none !== undefined) return absent(none);
  const head = resolveCommit(root, 'HEAD');
  if (head === undefined) return absent('nothing is committed yet');
  const main = resolveCommit(root, 'origin/HEAD') ?? resolveCommit(root, 'origin/main');
  if (main === undefined && hasOrigin(root))
    return absent('this clone knows no origin/main; fetch it, or name the revision: --against git:REV');
  const base = main === undefined ? undefined : mergeBase(root, main, head);
  if (main !== undefined && base === undefined)
    return absent(`origin/main and this work have no commit in common here; ${deepen}`);
  if (base !== undefined && base !== head) return atCommit(base, 'git:origin/main', loaded);
  const before = resolveCommit(root, 'HEAD~1');
  if (before !== undefined) return atCommit(before, 'git:HEAD~1', loaded);
  return isFirstCommit(root, head)
    ? absent('HEAD is the first commit')
    : absent(
        isShallow(root)
          ? `this is a shallow clone without the commit before; ${deepen}`
          : 'git cannot read HEAD~1',
      );
}

const absent = (because: string): Baseline => ({ status: 'absent', label: 'landed', because });
