#!/bin/sh
# Whether what listens on a port answers.
set -eu
exec timeout 2 "${CLI:-valkey-cli}" ${TLS:+--tls --cacert "$TLS/ca.crt"} --user internal -p "$1" ping
