#!/bin/sh
# Before a primary is stopped on purpose another one takes over, so that nobody waits for the sentinels to miss it.
set -eu
cli="timeout 2 ${CLI:-valkey-cli} ${TLS:+--tls --cacert $TLS/ca.crt} --user internal"
is_primary() { [ "$($cli -p "$PORT" --raw role 2>/dev/null | head -n 1)" = master ]; }

is_primary || exit 0
$cli -p "$SENTINEL_PORT" sentinel failover "$MASTER_NAME" || exit 0
tries=0
while is_primary && [ $tries -lt 10 ]; do
  sleep 1
  tries=$((tries + 1))
done
