#!/bin/sh
# Prints "host port" of the primary: the one that a sentinel names, else the peer that says it is one, else the
# first. PEERS are "host:port:sentinelPort", in the same order everywhere. REDISCLI_AUTH is the password of `internal`;
# TLS, where it is set, the folder of the certificate.
set -eu
cli="timeout 2 ${CLI:-valkey-cli} ${TLS:+--tls --cacert $TLS/ca.crt}"

for peer in $PEERS; do
  host=${peer%%:*} rest=${peer#*:}
  found=$(REDISCLI_AUTH= VALKEYCLI_AUTH= $cli -h "$host" -p "${rest#*:}" --raw \
    sentinel get-master-addr-by-name "$MASTER_NAME" 2>/dev/null | tr '\n' ' ') || continue
  # A sentinel that lost its way names nobody; one that answers an error does not print two words.
  set -- $found
  if [ $# -eq 2 ]; then echo "$1 $2" && exit; fi
done
for peer in $PEERS; do
  host=${peer%%:*} rest=${peer#*:}
  role=$($cli --user internal -h "$host" -p "${rest%%:*}" --raw role 2>/dev/null | head -n 1) || continue
  if [ "$role" = master ]; then echo "$host ${rest%%:*}" && exit; fi
done
first=${PEERS%% *} rest=${PEERS#*:}
echo "${first%%:*} ${rest%%:*}"
