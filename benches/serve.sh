#!/usr/bin/env bash
# Requests per second of `serve` on /predict beside a peer, alternating in one run: the server on core 0, wrk on
# core 1; medians of the rounds.
#
#   benches/serve.sh FRAUDCTL RUN BODY.json [PEER_COMMAND PEER_URL]
#
# RUN takes feature objects and BODY.json holds one. PEER_COMMAND starts the peer's server, e.g.
#   "peer/bin/uvicorn peer_server:app --port 5001 --workers 1 --log-level warning"  http://127.0.0.1:5001/predict
set -euo pipefail
fraudctl=$1 run=$2 body=$3 peer=${4:-} peer_url=${5:-}
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-5} connections=${CONNECTIONS:-32}
place=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$place"' EXIT

cat >"$place/post.lua" <<'LUA'
wrk.method = "POST"
local file = io.open(os.getenv("BODY")); wrk.body = file:read("*a"); file:close()
wrk.headers["Content-Type"] = "application/json"
LUA

taskset -c 0 "$fraudctl" serve "$run" --bind 127.0.0.1:0 --threads 1 2>"$place/ours" &
until ours=$(sed -n 's/^listening on //p' "$place/ours") && [[ -n $ours ]]; do
  kill -0 $! 2>/dev/null || { cat "$place/ours" >&2; exit 1; }
  sleep 0.1
done
if [[ -n $peer ]]; then
  taskset -c 0 $peer >"$place/peer" 2>&1 &
  until curl -s -o /dev/null -X POST -H 'content-type: application/json' -d @"$body" "$peer_url"; do sleep 0.3; done
fi

# measure URL: requests per second and p99 of one round.
measure() {
  BODY=$body taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" --latency -s "$place/post.lua" "$1" >"$place/wrk"
  if grep -q 'Non-2xx' "$place/wrk"; then cat "$place/wrk" >&2; exit 1; fi
  awk '/Requests\/sec/ { rate = $2 } $1 == "99%" { p99 = $2 } END { print rate, p99 }' "$place/wrk"
}

for ((round = 1; round <= rounds; round++)); do
  echo "fraudctl $(measure "$ours/predict")" | tee -a "$place/rounds"
  if [[ -n $peer ]]; then echo "peer $(measure "$peer_url")" | tee -a "$place/rounds"; fi
done
for who in fraudctl peer; do
  awk -v who="$who" '$1 == who { print $2 }' "$place/rounds" | sort -n |
    awk -v who="$who" '{ rate[NR] = $1 } END { if (NR) print who, "median requests/s:", rate[int((NR + 1) / 2)] }'
done
