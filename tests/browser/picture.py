#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Renews web/overview.png, the picture of the README: the page over a day of made-up records.

`picture.py --stay` serves the same day until it is stopped, to look around in.
"""
import hashlib
import json
import math
import os
import pathlib
import random
import sqlite3
import sys
import time

sys.dont_write_bytecode = True
import server as sample  # noqa: E402
from browser import Browser  # noqa: E402

HOUR = 3600
WATCHED = ((30, 9.2), (8.4, 0))  # hours ago: from, to; in between nobody was watching
# name, image, comm, exe, [(syscall, share, code, sig)], events an hour, since how many hours
WORK = (
    ("api", "registry.local/api:4.2", "node", "/usr/local/bin/node", ((83, 5, 0x50000, 0), (435, 3, 0x50000, 0), (425, 1, 0x50000, 0)), 46, 7.5),
    ("web", "nginx:1.25", "nginx", "/usr/sbin/nginx", ((165, 1, 0x50000, 0), (272, 1, 0x50000, 0)), 9, 29),
    ("worker", "registry.local/worker:1.9", "python3", "/usr/bin/python3.11", ((101, 2, 0x7FFC0000, 0), (310, 1, 0x7FFC0000, 0)), 14, 29),
    ("build", "golang:1.22", "strace", "/usr/bin/strace", ((101, 1, 0x80000000, 31),), 0.35, 20),
    (None, None, "chronyd", "/usr/sbin/chronyd", ((159, 1, 0x30000, 0),), 1.2, 29),
)


def watched(ago):
    return any(to * HOUR <= ago <= start * HOUR for start, to in WATCHED)


def lines(now, dice):
    out, serial = [], 70000
    for name, _, comm, exe, calls, rate, since in WORK:
        for i in range(int(rate * since)):
            ago = (since - (i + dice.random()) / rate) * HOUR
            wave = 0.55 + 0.45 * math.sin(2 * math.pi * (now - ago) / (12 * HOUR))
            if ago < 60 or not watched(ago) or (name == "web" and dice.random() > wave):
                continue
            nr, _, code, sig = dice.choices(calls, [share for _, share, _, _ in calls])[0]
            serial += 1
            out.append((now - ago, serial, comm, exe, nr, code, sig))
    return [sample.record(at, serial, comm=comm, exe=exe, syscall=nr, code=code, sig=sig, uid=1000)
            for at, serial, comm, exe, nr, code, sig in sorted(out)]


def dress(path, now):
    """What a collector would have written besides: containers, their profile, and when it was watching."""
    profile = json.dumps(sample.PROFILE)
    db = sqlite3.connect(path)
    with db:
        host = db.execute("SELECT id FROM host LIMIT 1").fetchone()[0]
        db.execute("UPDATE signature SET source = 0")
        db.execute("INSERT INTO profile (id, sha256, text) VALUES (1, ?, ?)", (hashlib.sha256(profile.encode()).hexdigest(), profile))
        for key, (name, image, comm, *_) in enumerate(WORK, 1):
            if name is None:
                db.execute("UPDATE signature SET unit = 'chrony.service' WHERE comm = ?", (comm,))
                continue
            db.execute("INSERT INTO container (id, host, runtime, cid, name, image, spec, profile, caps, seq) VALUES (?, ?, 1, ?, ?, ?, 1, 1, 'CHOWN,KILL', 1)",
                       (key, host, hashlib.sha256(name.encode()).hexdigest(), name, image))
            db.execute("UPDATE signature SET container = ?, attribution = 1 WHERE comm = ?", (key, comm))
        for start, to in WATCHED:
            alive = int((now - to * HOUR) * 1000)
            db.execute("INSERT INTO session (host, boot, pid, version, start, alive, last_record, ended) VALUES (?, ?, ?, '0.1.0', ?, ?, ?, ?)",
                       (host, pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip(), os.getpid(), int((now - start * HOUR) * 1000), alive, alive, alive if to else None))
    db.close()


def main():
    s, now = sample.Server(), time.time()
    try:
        os.chmod(s.dir, 0o755)
        s.add(lines(now, random.Random(1326)))
        dress(s.db, now)
        s.fire(comm="node", exe="/usr/local/bin/node", syscall=83, uid=1000)
        s.start()
        if "--stay" in sys.argv:
            print(s.url, flush=True)
            time.sleep(24 * HOUR)
        b = Browser(s.url)
        try:
            b.size(1180, 872)
            b.open()
            b.until("return document.querySelectorAll('#new li').length > 0")
            time.sleep(0.5)
            b.shot("picture")
        finally:
            b.close()
        pathlib.Path("web/overview.png").write_bytes(pathlib.Path("build/screenshots/picture.png").read_bytes())
    finally:
        s.close()


if __name__ == "__main__":
    main()
