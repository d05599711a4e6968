#!/usr/bin/env bash
# Schema checks for any CI system: `any-ci.sh check` for a change, `any-ci.sh publish` once it has landed.
# With REGISTRY_URL, REGISTRY_GRAPH and REGISTRY_TOKEN the server judges and keeps the versions; without a token a change is
# compared with where it left BASE (origin/main), and nothing is published. REGISTRY is the registry's src/cli.ts.
set -euo pipefail

has_server() { [ -n "${REGISTRY_URL:-}" ] && [ -n "${REGISTRY_TOKEN:-}" ]; }

case "${1:-check}" in
  check)
    if has_server; then
      against=head
    else
      export REGISTRY_URL=
      against="git:$(git merge-base "${BASE:-origin/main}" HEAD)"
    fi
    exec node "$REGISTRY" check --against "$against" --context "${CONTEXT:-ci}" \
      --format text --format json=schema-check.json --format markdown=schema-check.md
    ;;
  publish)
    has_server || { echo "There is no registry to publish to: set REGISTRY_URL and REGISTRY_TOKEN."; exit 0; }
    exec node "$REGISTRY" publish --context "${CONTEXT:-ci}" --message "${MESSAGE:-}"
    ;;
  *)
    echo "check or publish?" >&2
    exit 3
    ;;
esac
