#!/bin/sh
# SPDX-License-Identifier: MIT
# engines.sh start DIR HELPER | stop DIR: a Docker daemon and a Podman of their own, with all they keep in DIR, and an
# image "bb" that holds busybox and HELPER. What was started is known by DIR alone, so that `stop` also cleans up after
# a failed `start` and never touches another daemon.
set -u
verb=$1
dir=$2
docker="timeout 20 docker -H unix://$dir/docker.sock"
podman="timeout 20 podman --runtime runc --cgroup-manager=cgroupfs --storage-driver=vfs --root $dir/podman --runroot $dir/podman.run"

fail() {
	echo "engines: $*" >&2
	exit 1
}

make_image() {
	mkdir -p "$dir/rootfs/bin" "$dir/rootfs/tmp" || fail "no room in $dir"
	cp "$(command -v busybox)" "$dir/rootfs/bin/busybox" && cp "$1" "$dir/rootfs/make_calls" || fail "no busybox or $1"
	for applet in sh nc sleep touch true; do
		ln -s busybox "$dir/rootfs/bin/$applet"
	done
	tar -C "$dir/rootfs" -cf "$dir/image.tar" .
}

start_docker() {
	setsid dockerd --iptables=false --bridge=none --data-root "$dir/docker" --exec-root "$dir/docker.run" \
		-p "$dir/docker.pid" -H "unix://$dir/docker.sock" >"$dir/docker.log" 2>&1 </dev/null &
	for _ in $(seq 200); do
		[ -S "$dir/docker.sock" ] && $docker version >/dev/null 2>&1 && return
		sleep 0.1
	done
	tail -n 5 "$dir/docker.log" >&2
	fail "dockerd does not answer"
}

start() {
	for program in dockerd docker containerd runc podman conmon busybox tar; do
		command -v $program >/dev/null || fail "$program is not installed"
	done
	make_image "$1"
	start_docker
	$docker import "$dir/image.tar" bb >/dev/null || fail "docker import failed"
	$podman import -q "$dir/image.tar" bb >/dev/null 2>"$dir/podman.log" || fail "podman import: $(tail -n 1 "$dir/podman.log")"
}

# Those whose command line names DIR: dockerd, its containerd, shims, conmon.
processes() {
	for p in /proc/[0-9]*; do
		{ tr '\0' ' ' <"$p/cmdline" | grep -qF "$dir/"; } 2>/dev/null && echo "${p#/proc/}"
	done
}

stop_containers() {
	[ -S "$dir/docker.sock" ] || return
	ids=$($docker ps -aq 2>/dev/null)
	[ -z "$ids" ] || $docker rm -f $ids >/dev/null 2>&1
}

# Containers that nobody answers for any more.
kill_orphans() {
	for id in $(ls "$dir/docker/containers" "$dir/podman/vfs-containers" 2>/dev/null); do
		[ ${#id} = 64 ] || continue
		find /sys/fs/cgroup -path "*$id*" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u | xargs -r kill -9 2>/dev/null
	done
}

stop() {
	stop_containers
	kill_orphans
	[ -s "$dir/docker.pid" ] && kill "$(cat "$dir/docker.pid")" 2>/dev/null
	for _ in $(seq 100); do
		[ -e "$dir/docker.pid" ] || break
		sleep 0.1
	done
	processes | xargs -r kill -9 2>/dev/null
	# The deepest first.
	find /sys/fs/cgroup -depth -path '*/user-54321.slice*' -type d -exec rmdir {} + 2>/dev/null
	grep -F " $dir/" /proc/self/mounts | cut -d' ' -f2 | sort -r | xargs -r -n 1 umount -l 2>/dev/null
	return 0
}

case $verb in
start) start "$3" ;;
stop) stop ;;
*) fail "start or stop?" ;;
esac
