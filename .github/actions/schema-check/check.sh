#!/usr/bin/env bash
# Runs the check once, with every face of its report. The exit code becomes an output, so that the
# report is delivered before the job fails.
set -uo pipefail

mkdir -p "$OUT"
optional=()
if [ -n "${REGISTRY_URL:-}" ] && [ -n "${REGISTRY_TOKEN:-}" ]; then
  # The server has the head, and knows what clients send.
  AGAINST=head
else
  export REGISTRY_URL=
  [ -n "${STORE:-}" ] && optional+=(--store "$STORE")
fi
[ -n "${APPROVALS:-}" ] && optional+=(--approvals "$APPROVALS")
[ -n "${USAGE:-}" ] && optional+=(--usage "$USAGE")
[ "${ALLOW_NO_BASELINE:-}" = true ] && optional+=(--allow-no-baseline)
for step in ${REQUIRE:-}; do optional+=(--require "$step"); done

node "$CLI" check \
  --config "$CONFIG" --against "$AGAINST" --context "$CONTEXT" "${optional[@]}" \
  --format text --format github \
  --format "json=$OUT/report.json" --format "markdown=$OUT/report.md" --format "sarif=$OUT/report.sarif"
code=$?

echo "code=$code" >> "$GITHUB_OUTPUT"
# 0 and 1 are verdicts with a report; 2 and 3 mean that there is none.
if [ "$code" -le 1 ]; then
  {
    echo "verdict=$([ "$code" -eq 0 ] && echo passed || echo failed)"
    echo "report=$OUT/report.json"
    echo "markdown=$OUT/report.md"
    echo "sarif=$OUT/report.sarif"
  } >> "$GITHUB_OUTPUT"
  cat "$OUT/report.md" >> "$GITHUB_STEP_SUMMARY"
fi
exit 0
