#!/usr/bin/env bash
# Commits the manifests of a release to the branch that a GitOps tool follows. The branch has nothing else in it.
set -euo pipefail

branch=deploy
export GIT_AUTHOR_NAME=release GIT_AUTHOR_EMAIL=release@users.noreply.github.com
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
if git fetch --depth=1 origin "$branch" 2>/dev/null; then
  start=FETCH_HEAD
else
  start=$(git commit-tree -m "Begin the deployments" "$(git mktree < /dev/null)")
fi
git worktree add -B "$branch" "$CHECKOUT" "$start"
git -C "$CHECKOUT" rm --quiet -r --ignore-unmatch .
cp -R "$MANIFESTS/." "$CHECKOUT/"
git -C "$CHECKOUT" add --all
git -C "$CHECKOUT" diff --cached --quiet && exit 0
git -C "$CHECKOUT" commit --quiet --message "Deploy v$VERSION"
git -C "$CHECKOUT" push origin "$branch"
