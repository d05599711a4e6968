import { execFileSync } from 'node:child_process';
import { badInput, couldNotRun } from '../refusal.ts';
import type { FileSource } from '../workspace/files.ts';
import { globBase, globPattern } from '../workspace/glob.ts';

/** What git answered; a failure carries what it said. */
type GitAnswer = { ok: true; text: string } | { ok: false; said: string; missing: boolean };

/** Runs git in `root`, without a shell and without ever asking the person anything. */
function git(root: string, args: readonly string[]): GitAnswer {
  try {
    const text = execFileSync('git', ['-c', 'core.quotePath=false', ...args], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64_000_000,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
    });
    return { ok: true, text };
  } catch (cause) {
    const missing = errorField(cause, 'code') === 'ENOENT';
    const said = String(errorField(cause, 'stderr') ?? '').trim();
    return { ok: false, missing, said: missing ? 'git is not installed' : said };
  }
}

function errorField(cause: unknown, key: string): unknown {
  return cause instanceof Error ? Reflect.get(cause, key) : undefined;
}

/** Why there is no usable git history at `root`, if there is none. */
export function whyNoGit(root: string): string | undefined {
  const inside = git(root, ['rev-parse', '--is-inside-work-tree']);
  if (inside.ok) return undefined;
  return inside.missing ? inside.said : `git cannot read this folder (${inside.said.split('\n')[0]})`;
}

/** The commit that `revision` names, or undefined. */
export function resolveCommit(root: string, revision: string): string | undefined {
  const found = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  return found.ok ? found.text.trim() : undefined;
}

/** Whether the history was cut off by a shallow clone. */
export function isShallow(root: string): boolean {
  const answer = git(root, ['rev-parse', '--is-shallow-repository']);
  return answer.ok && answer.text.trim() === 'true';
}

/** Whether `commit` is the first one; a shallow clone hides the parents that it has. */
export function isFirstCommit(root: string, commit: string): boolean {
  const answer = git(root, ['rev-list', '--parents', '--max-count=1', commit]);
  return answer.ok && !isShallow(root) && answer.text.trim().split(' ').length === 1;
}

/** Whether there is a remote that work comes from. */
export function hasOrigin(root: string): boolean {
  return git(root, ['remote', 'get-url', 'origin']).ok;
}

/** Whether no commit can have `path`, because git is told to ignore it or another repository has it. */
export function isBeyondGit(root: string, path: string): boolean {
  const ignored = git(root, ['check-ignore', '--quiet', '--', path]);
  return ignored.ok || ignored.said !== '';
}

/** Where two histories parted. */
export function mergeBase(root: string, one: string, other: string): string | undefined {
  const answer = git(root, ['merge-base', one, other]);
  return answer.ok ? answer.text.trim() : undefined;
}

/** The commit of a revision that somebody typed; refuses with the reason. */
export function requireCommit(root: string, revision: string): string {
  const none = whyNoGit(root);
  if (none !== undefined) throw couldNotRun(`Cannot compare with git:${revision}: ${none}.`);
  const commit = resolveCommit(root, revision);
  if (commit !== undefined) return commit;
  if (isShallow(root))
    throw couldNotRun(
      `Cannot compare with git:${revision}: this is a shallow clone and the revision was cut off. Fetch more: git fetch --deepen=50, or fetch-depth: 0 in the checkout action.`,
    );
  throw badInput(`Unknown git revision "${revision}".`);
}

/** The files of one commit. Paths are relative to `root`, which may be below the top of the repository. */
export function gitFiles(root: string, commit: string): FileSource {
  return {
    list(glob) {
      const base = globBase(glob);
      const tree = git(root, [
        'ls-tree',
        '-r',
        '--name-only',
        commit,
        ...(base === '' ? [] : ['--', `${base}/`]),
      ]);
      if (!tree.ok) throw couldNotRun(`git cannot list ${commit}: ${tree.said}.`);
      const pattern = globPattern(glob);
      return tree.text.split('\n').filter((path) => pattern.test(path));
    },
    read(path) {
      const blob = git(root, ['cat-file', 'blob', `${commit}:./${path}`]);
      if (!blob.ok) throw couldNotRun(`git cannot read ${path} at ${commit}: ${blob.said}.`);
      return blob.text;
    },
  };
}
