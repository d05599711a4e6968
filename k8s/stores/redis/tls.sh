#!/bin/sh
# Prints the lines of a configuration that make a port one of TLS, or a plain one where TLS is not set.
set -eu
if [ -z "${TLS:-}" ]; then
  echo "port $1"
  exit
fi
echo "port 0"
echo "tls-port $1"
echo "tls-cert-file $TLS/tls.crt"
echo "tls-key-file $TLS/tls.key"
echo "tls-ca-cert-file $TLS/ca.crt"
# Clients have passwords; replicas and sentinels speak TLS as well.
echo "tls-auth-clients no"
echo "tls-replication yes"
