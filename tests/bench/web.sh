#!/bin/sh
# SPDX-License-Identifier: MIT
# web.sh SECCOMPWATCH [DATABASE]: requests a second on /api/v1/summary, against nginx serving the same bytes as a static
# file, both in one run and with the same connections; then what 500 live viewers and 200 requests a second take.
# Needs nginx and wrk; everything lies in a directory of its own.
set -eu
program=$1 db=${2:-}
viewers=$(dirname "$program")/tests/bench/viewers
seconds=${SECONDS_EACH:-5} rounds=${ROUNDS:-3}
dir=$(mktemp -d /var/tmp/seccompwatch-web-XXXXXX)
chmod 755 "$dir"
serve= nginx=
clean() {
	[ -z "$serve" ] || kill "$serve" 2>/dev/null || true
	[ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
	exec 9>&-
	wait 2>/dev/null || true
	rm -rf "$dir"
}
trap clean EXIT
trap 'exit 1' INT TERM
if [ -z "$db" ]; then
	mkdir -m 755 "$dir/db"
	db=$dir/db/events.db
	SECCOMPWATCH=$program sh "$(dirname "$0")/make_events.sh" "$db" 10000000
fi

# A collector has the database open; without one a reader that may not write must look at all of it again each time.
mkfifo "$dir/hold"
sqlite3 "$db" <"$dir/hold" >/dev/null &
exec 9>"$dir/hold"
echo 'SELECT 1 FROM host;' >&9
"$program" --db "$db" serve --listen 127.0.0.1:0 >"$dir/url" 2>/dev/null &
serve=$!
for i in $(seq 50); do
	[ -s "$dir/url" ] && break
	sleep 0.1
done
url=$(head -1 "$dir/url")
query='/api/v1/summary?by=container,outcome&limit=20'

mkdir "$dir/static"
curl -sf "$url$query" >"$dir/static/summary.json"
port=$((20000 + $$ % 20000))
cat >"$dir/nginx.conf" <<EOF
worker_processes 1; pid $dir/nginx.pid; error_log /dev/null; daemon off;
events { worker_connections 1024; }
http { access_log off; default_type application/json; sendfile on; keepalive_requests 1000000;
	client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
	server { listen 127.0.0.1:$port; root $dir/static; } }
EOF
nginx -c "$dir/nginx.conf" -e /dev/null &
nginx=$!
for i in $(seq 50); do
	curl -sf -o /dev/null "http://127.0.0.1:$port/summary.json" && break
	sleep 0.1
done

rate() {
	wrk -t1 -c16 -d"${seconds}s" "$1" | awk '/Non-2xx/ { print "errors" > "/dev/stderr" } /Requests\/sec/ { print $2 }'
}
echo "web: $(wc -c <"$dir/static/summary.json") bytes of $query, 16 connections, $rounds rounds of ${seconds} s each (requests a second)"
for i in $(seq "$rounds"); do
	echo "$(rate "$url$query") $(rate "http://127.0.0.1:$port/summary.json")"
done | awk '{ printf "  seccompwatch %9.0f   nginx %9.0f   ratio %.2f\n", $1, $2, $1 / $2; r[NR] = $1 / $2 }
	END { for (i in r) for (j in r) if (r[i] < r[j]) { t = r[i]; r[i] = r[j]; r[j] = t }
	      m = r[int((NR + 1) / 2)]; printf "  median ratio %.2f (at least 0.2: %s)\n", m, (m >= 0.2 ? "yes" : "NO") }'
"$viewers" "${url##*:}" "$serve"
