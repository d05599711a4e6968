#!/usr/bin/env bash
# Publishes the workspace: to the server of REGISTRY_URL where there is a token for it, else to the file store on the branch
# schema-registry, whose CHANGELOG.md says what each version changed, the newest first. That push is refused if somebody else's came
# first; then the publication is made again on top of theirs.
set -euo pipefail

said=(--approvals .registry --context landed --by "${GITHUB_ACTOR:-ci}" --message "${MESSAGE%%$'\n'*}")
if [ -n "${REGISTRY_URL:-}" ] && [ -n "${REGISTRY_TOKEN:-}" ]; then
  # The first time is done by hand, with --init.
  exec node registry/src/cli.ts publish "${said[@]}"
fi

tell_changes() {
  {
    printf '## Version %s\n\n%s\n\n' "$1" "${MESSAGE%%$'\n'*}"
    if [ "$1" -gt 1 ]; then
      node registry/src/cli.ts diff --store "$STORE" "version:$(($1 - 1))" "version:$1" | sed 's/^/- /'
    else
      echo "The first version."
    fi
    echo
    [ ! -e "$STORE/CHANGELOG.md" ] || cat "$STORE/CHANGELOG.md"
  } > "$STORE.changelog"
  mv "$STORE.changelog" "$STORE/CHANGELOG.md"
}

branch=schema-registry
export GIT_AUTHOR_NAME=schema-registry GIT_AUTHOR_EMAIL=schema-registry@users.noreply.github.com
export GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
for attempt in 1 2 3 4 5; do
  git worktree remove --force "$STORE" 2>/dev/null || true
  git branch --delete --force "$branch" 2>/dev/null || true
  first=()
  found=0
  git ls-remote --exit-code --heads origin "$branch" > /dev/null || found=$?
  if [ "$found" -eq 0 ]; then
    git fetch --depth=1 origin "$branch"
    start=FETCH_HEAD
  elif [ "$found" -ne 2 ]; then
    # The remote did not answer: that is no first time.
    exit 2
  else
    # The first time: a history of its own, which begins with nothing.
    first=(--init)
    start=$(git commit-tree -m "Begin the schema registry" "$(git mktree < /dev/null)")
  fi
  git worktree add -B "$branch" "$STORE" "$start"
  node registry/src/cli.ts publish --store "$STORE" "${first[@]}" "${said[@]}" | tee "$STORE.said"
  version=$(sed -n 's/^Published version \([0-9]*\)\.$/\1/p' "$STORE.said")
  [ -z "$version" ] || tell_changes "$version"
  git -C "$STORE" add --all
  git -C "$STORE" diff --cached --quiet && exit 0
  git -C "$STORE" commit --quiet --message "Publish ${GITHUB_SHA:-the workspace}"
  git -C "$STORE" push origin "$branch" && exit 0
  echo "Attempt $attempt: somebody else pushed first."
done
exit 2
