#!/usr/bin/env bash
# Gives Kibana's user its password, and makes the user that Fluent Bit writes as,
# with the rights that docs/elasticsearch.md names. May run again.
set -euo pipefail
: "${ELASTICSEARCH_URL:?}"
secrets=${SECRETS:-/run/secrets}

# request METHOD PATH sends the standard input. No password is on a command line.
request() {
  curl --fail-with-body --silent --show-error --output /dev/stderr \
    --config <(printf 'user = "elastic:%s"\n' "$(cat "$secrets/elastic_password")") \
    --header 'Content-Type: application/json' --request "$1" --data-binary @- "$ELASTICSEARCH_URL$2"
  echo "$1 $2" >&2
}

request POST /_security/user/kibana_system/_password <<EOF
{"password": "$(cat "$secrets/kibana_password")"}
EOF
request PUT /_security/role/winevent_writer <<EOF
{"indices": [{"names": ["logs-*"], "privileges": ["create_doc", "auto_configure"]}]}
EOF
request PUT /_security/user/winevent <<EOF
{"password": "$(cat "$secrets/winevent_password")", "roles": ["winevent_writer"]}
EOF
