#!/bin/sh
# One Redis of three: it follows the primary there is, or is it. Nothing is kept on disk: a Redis that comes back is
# cold, never an old copy believed.
set -eu
umask 077
scripts=${SCRIPTS:-/etc/redis}
set -- $(sh "$scripts/primary.sh")

{
  cat "$scripts/redis.conf"
  sh "$scripts/tls.sh" "$PORT"
  # A replica puts what it copies there before it loads it.
  echo "dir ${DUMPS:-$DATA}"
  echo "replica-announce-ip $SELF"
  echo "replica-announce-port $PORT"
  echo "user default off"
  # What the services do, and nothing that is for people: no KEYS, FLUSHALL, CONFIG, SHUTDOWN, REPLICAOF.
  echo "user app on >$APP_PASSWORD ~* &* +@all -@admin -@dangerous +info +role"
  # Replicas, sentinels, probes and the exporter.
  echo "user internal on >$REDISCLI_AUTH ~* &* -@all +ping +info +role +select +psync +replconf +replicaof +slaveof" \
    "+multi +exec +subscribe +publish +config|get +config|rewrite +client|setname +client|kill" \
    "+script|kill +slowlog +latency"
  echo "masteruser internal"
  echo "masterauth $REDISCLI_AUTH"
  if [ "$1 $2" != "$SELF $PORT" ]; then echo "replicaof $1 $2"; fi
} > "$DATA/redis.conf"
exec "${SERVER:-valkey-server}" "$DATA/redis.conf"
