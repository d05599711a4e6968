#!/usr/bin/env bash
# One comment a pull request: found again by its marker, edited in place, made if it is not there.
set -euo pipefail

marker='<!-- registry-check -->'
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
own=".[] | select(.user.type == \"Bot\" and (.body | startswith(\"$marker\"))) | .id"
ids=$(gh api --paginate "$comments" --jq "$own")
id=${ids%%$'\n'*}

if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$BODY" --silent
else
  gh api --method POST "$comments" --field "body=@$BODY" --silent
fi
