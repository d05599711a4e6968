import { watch } from 'node:fs';
import path from 'node:path';

/** A file is saved in several steps, and a branch switched in many: a batch is over when nothing came for this long. */
export const settleMs = 200;

/** What nobody writes by hand, or what no process reads. */
const ignored = /(^|\/)(node_modules|generated|test|\.[^/]*)(\/|$)|\.(test|integration)\.ts$|~$/;
const read = /\.(ts|graphql|prisma|sql)$/;

/**
 * Tells what changed below some folders, in batches and one batch after the other: what changes while a batch is being
 * dealt with comes in the next.
 * @param root what folders and the files told are relative to
 * @returns a function that ends it, after the batch that is being dealt with
 */
export function watchChanges(
  root: string,
  folders: readonly string[],
  onBatch: (files: readonly string[]) => Promise<void>,
): () => Promise<void> {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;
  let isStopped = false;

  function schedule(): void {
    clearTimeout(timer);
    if (isStopped || working || changed.size === 0) return;
    timer = setTimeout(work, settleMs);
  }

  function work(): void {
    const files = [...changed].toSorted();
    changed.clear();
    working = onBatch(files).finally(() => {
      working = undefined;
      schedule();
    });
  }

  const watchers = folders.map((folder) =>
    watch(path.join(root, folder), { recursive: true }, (_event, name) => {
      const file = path.join(folder, name ?? '');
      if (ignored.test(file) || !read.test(file)) return;
      changed.add(file);
      schedule();
    }),
  );
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    await working;
  };
}
