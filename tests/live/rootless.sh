#!/bin/sh
# SPDX-License-Identifier: MIT
# rootless.sh DIR PROFILE: a rootless Podman's container "mine" of the image in DIR/image.tar under a seccomp profile,
# which waits for a file /go and then makes a socket. Prints its id. The user is one that only a mount namespace of its
# own knows, so that nothing of the host changes. Its cgroup is made here, where systemd would make it for a session:
# without systemd a rootless Podman has none of its own, and nothing to be known by.
set -u
dir=$1
profile=$2
uid=54321
home=$dir/rootless
podman="podman --runtime runc --cgroup-manager=cgroupfs --storage-driver=vfs --root $home/storage --runroot $home/run"

fail() {
	echo "rootless: $*" >&2
	exit 1
}

as_user() {
	unshare -m sh -c "
		mount --bind $home/passwd /etc/passwd && mount --bind $home/subid /etc/subuid && mount --bind $home/subid /etc/subgid &&
		exec setpriv --reuid $uid --regid $uid --clear-groups env HOME=$home USER=swrootless XDG_RUNTIME_DIR=$home/xdg \
			sh -c 'cd $home && timeout 60 $1'" 2>>"$home/errors"
}

mkdir -p "$home/xdg" || fail "no room in $dir"
{ cat /etc/passwd; echo "swrootless:x:$uid:$uid::$home:/bin/sh"; } >"$home/passwd"
echo "swrootless:600000:65536" >"$home/subid"
touch "$home/errors"
chmod 755 "$dir" "$home" && chmod 644 "$dir/image.tar" "$profile"
chown $uid:$uid "$home" "$home/xdg" "$home/errors"

as_user "$podman import -q $dir/image.tar bb" >/dev/null || fail "import: $(tail -n 2 "$home/errors")"
id=$(as_user "$podman run -d --name mine --network none --log-driver k8s-file --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 \
	--security-opt seccomp=$profile bb sh -c \"while ! [ -e /go ]; do sleep 0.1; done; exec nc 127.0.0.1 1\"") ||
	fail "run: $(tail -n 2 "$home/errors")"
pid=$(as_user "$podman inspect -f {{.State.Pid}} mine")
[ "${pid:-0}" -gt 1 ] || fail "no pid: $(tail -n 2 "$home/errors")"

scope=user.slice/user-$uid.slice/user@$uid.service/user.slice/libpod-$id.scope
for hierarchy in $(awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/self/mounts); do
	made=$hierarchy
	for part in $(echo $scope | tr / ' '); do
		for file in cpuset.cpus cpuset.mems; do
			[ -e "$made/$file" ] && mkdir -p "$made/$part" && cat "$made/$file" >"$made/$part/$file"
		done
		made=$made/$part
		mkdir -p "$made"
	done
	for p in $(cat /proc/"$pid"/task/"$pid"/children) $pid; do echo "$p" >"$made/cgroup.procs"; done
done 2>/dev/null
sleep 0.5
touch /proc/"$pid"/root/go
echo "$id"
