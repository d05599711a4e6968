#!/usr/bin/env bash
# Prints, as a JSON list, the images that are not ours: those of the manifests, of compose.yaml and of the Dockerfile.
set -euo pipefail

{
  grep --recursive --no-filename --only-matching --extended-regexp '^\s*-?\s*image(Name)?: [^[:space:]]+' \
    --include='*.yaml' --exclude-dir=node_modules --exclude-dir=test k8s compose.yaml | sed -E 's/.*: //'
  sed --quiet --regexp-extended 's/^FROM ([^ ]+:[^ ]+) AS .*/\1/p' Dockerfile
} | grep --invert-match '^registry\.invalid/' | sort --unique | sed 's/.*/"&"/' | paste --serial --delimiters=, | sed 's/.*/[&]/'
