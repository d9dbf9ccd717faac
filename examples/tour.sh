#!/usr/bin/env bash
# The tour of the README on made-up data, in a folder of its own: every command once.
#   examples/tour.sh [FRAUDCTL]
set -euo pipefail
fraudctl=$(command -v "${1:-fraudctl}") || { echo "fraudctl is not on the PATH: make build, or name it" >&2; exit 1; }
fraudctl=$(realpath "$fraudctl")
place=$(mktemp -d) && cd "$place"
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$place"' EXIT
say() { printf '\n$ fraudctl %s\n' "$*"; "$fraudctl" "$@"; }

say simulate --out log.parquet --customers 300 --terminals 500 --days 90
say prep log.parquet --out bank --balance smote:0.1
say train bank --model lightgbm
say train bank --model mlp
say evaluate bank-lightgbm
say predict bank-lightgbm log.parquet --out scored.csv
say load log.parquet --db fraud.db

printf '\n$ fraudctl serve latest --bind 127.0.0.1:0 &\n'
"$fraudctl" serve latest --bind 127.0.0.1:0 2>serve.log &
server=$!
until url=$(sed -n 's/^listening on //p' serve.log) && [[ -n $url ]]; do
  kill -0 "$server" 2>/dev/null || { cat serve.log >&2; exit 1; }
  sleep 0.1
done
echo "the map is at $url/map"
say produce log.parquet --to "$url/predict_map"
say consume "$url" --history --limit 3
say loadtest "$url" --concurrency 8 --duration 2s --warmup 1s
