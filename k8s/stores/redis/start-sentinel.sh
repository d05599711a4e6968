#!/bin/sh
# The sentinel beside a Redis: two of three that miss the primary make a replica the primary. What it learns is lost
# with the pod and learnt again from the others.
set -eu
umask 077
scripts=${SCRIPTS:-/etc/redis}
set -- $(sh "$scripts/primary.sh")

sh "$scripts/tls.sh" "$SENTINEL_PORT" > "$DATA/sentinel.conf"
cat >> "$DATA/sentinel.conf" <<CONF
dir $DATA
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $SELF
sentinel announce-port $SENTINEL_PORT
sentinel monitor $MASTER_NAME $1 $2 2
sentinel auth-user $MASTER_NAME internal
sentinel auth-pass $MASTER_NAME $REDISCLI_AUTH
sentinel down-after-milliseconds $MASTER_NAME ${DOWN_AFTER_MS:-5000}
# An election that nobody won is held again after twice this time.
sentinel failover-timeout $MASTER_NAME ${FAILOVER_TIMEOUT_MS:-10000}
sentinel parallel-syncs $MASTER_NAME 1
# Anybody of ours may ask who the primary is; only sentinels and the preStop hook may say so.
user default on nopass &* -@all +ping +hello +auth +info +role +client|setname +client|id +subscribe +psubscribe +unsubscribe +punsubscribe +sentinel|get-master-addr-by-name +sentinel|master +sentinel|masters +sentinel|sentinels +sentinel|replicas +sentinel|slaves
user internal on >$REDISCLI_AUTH &* +@all
sentinel sentinel-user internal
sentinel sentinel-pass $REDISCLI_AUTH
CONF
exec "${SENTINEL:-valkey-sentinel}" "$DATA/sentinel.conf"
