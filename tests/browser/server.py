# SPDX-License-Identifier: MIT
"""A `seccompwatch serve` of the test's own, over a database filled by `seccompwatch import`."""
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

PROGRAM = os.environ.get("SECCOMPWATCH", "build/seccompwatch")
LONG = "/tmp/" + "y" * 4000
BIDI = "/tmp/\u202ehs.txt"
MARKUP = '<img src=x onerror=alert(1)>"><script>alert(2)</script>'
MANY = 2600
CONTAINER = MARKUP + "\u202e" + "z" * 3800


# As an engine applies it: what the sample's containers are denied, by name, by argument and by default.
PROFILE = {
    "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "syscalls": [
        {"names": ["read", "write", "openat", "close", "mmap", "munmap", "brk", "execve", "exit", "exit_group", "rt_sigreturn",
                   "futex", "clone", "wait4", "fstat", "newfstatat", "getdents64", "socket", "bind", "listen", "accept4"],
         "action": "SCMP_ACT_ALLOW"},
        {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]},
        {"names": ["mount", "unshare", "<script>alert(1)</script>\u202e"], "action": "SCMP_ACT_ERRNO", "errnoRet": 13},
    ],
}


def hex_or_quoted(text):
    """As the kernel writes what a process chose: quoted, or hex when it could be taken for something else."""
    raw = text.encode()
    plain = all(0x20 < byte < 0x7F and byte != 0x22 for byte in raw)
    return f'"{text}"' if plain else raw.hex().upper()


def record(at, serial, **fields):
    f = {"pid": 4000 + serial, "comm": "nginx", "exe": "/usr/sbin/nginx", "sig": 0, "syscall": 101, "code": 0x50000,
         "uid": 33, **fields}
    return (f"type=SECCOMP msg=audit({at:.3f}:{serial}): auid=4294967295 uid={f['uid']} gid={f['uid']} ses=4294967295 "
            f"pid={f['pid']} comm={hex_or_quoted(f['comm'])} exe={hex_or_quoted(f['exe'])} sig={f['sig']} "
            f"arch=c000003e syscall={f['syscall']} compat=0 ip=0x7f00deadbeef code=0x{f['code']:x}\n")


def sample(now):
    """Two hundred denials in the last fifty minutes, one of each other outcome, and the names nobody should trust."""
    lines = [record(now - 3000 + i * 14.7, 1000 + i, syscall=(101, 165, 272, 83, 435)[i % 5],
                    comm=("nginx", "python3")[i % 2], exe=("/usr/sbin/nginx", "/usr/bin/python3.11")[i % 2])
             for i in range(200)]
    kinds = ((41, 31, 0x80000000), (321, 31, 0), (250, 0, 0x7FFC0000), (135, 0, 0x30000), (310, 0, 0x7FF00000),
             (9999, 0, 0x7FC00000), (163, 31, 0x12340000))
    lines += [record(now - 90 + i, 2000 + i, syscall=nr, sig=sig, code=code, comm=f"kind{i}", exe="/usr/bin/kind")
              for i, (nr, sig, code) in enumerate(kinds)]
    names = (("evil\u202etxt.sh", BIDI), ("<b onclick=x>", "/tmp/" + MARKUP), ("\x1b[31mred\x07", "/tmp/a\\b\nc"),
             ("x" * 15, LONG))
    lines += [record(now - 60 + i, 3000 + i, comm=comm, exe=exe) for i, (comm, exe) in enumerate(names)]
    lines += [record(now - 90000 - i * 7.3, 100000 + i, comm="many", exe="/usr/bin/many", pid=20000 + i) for i in range(MANY)]
    return lines


def stamp(time_text):
    """The seconds a record is stamped with, from the API's time."""
    return f"{datetime.datetime.fromisoformat(time_text.replace('Z', '+00:00')).timestamp():.3f}"


class Server:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="seccompwatch-page-"))
        self.db = self.dir / "events.db"
        self.log = open(self.dir / "serve.log", "w", encoding="utf-8")
        self.process = None
        self.serial = 5000
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def add(self, lines):
        done = subprocess.run([PROGRAM, "import", "--db", str(self.db), "-"], input="".join(lines).encode(),
                              capture_output=True, timeout=30, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"import failed: {done.stderr.decode(errors='replace')}")

    def fire(self, **fields):
        """One violation, now."""
        self.serial += 1
        self.add([record(time.time(), self.serial, **fields)])

    def contain(self):
        """Puts some of what was imported into containers: text logs name none."""
        db = sqlite3.connect(self.db)
        with db:
            host = db.execute("SELECT id FROM host LIMIT 1").fetchone()[0]
            rows = ((1, "a" * 64, "web-frontend", "nginx:1.25", "nginx"), (2, "b" * 64, CONTAINER, "\u202egnp", "python3"))
            text = json.dumps(PROFILE)
            db.execute("INSERT INTO profile (id, sha256, text) VALUES (1, ?, ?)", (hashlib.sha256(text.encode()).hexdigest(), text))
            for key, cid, name, image, comm in rows:
                db.execute("INSERT INTO container (id, host, runtime, cid, name, image, spec, profile, caps, seq) "
                           "VALUES (?, ?, 1, ?, ?, ?, 1, 1, 'CHOWN,KILL,SETUID', 1)",
                           (key, host, cid, name, image))
                db.execute("UPDATE signature SET container = ? WHERE comm = ?", (key, comm))
        db.close()

    def start(self, *options):
        self.process = subprocess.Popen([PROGRAM, "serve", "--db", str(self.db), "--listen", f"127.0.0.1:{self.port}", *options],
                                        stdout=self.log, stderr=self.log)
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{self.url}/assets/icon.svg", timeout=2):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"serve does not answer: {(self.dir / 'serve.log').read_text()}")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(5)
            self.process = None

    def prepare(self):
        os.chmod(self.dir, 0o755)
        self.add(sample(time.time()))
        self.contain()
        self.fire(comm="last", syscall=165)  # leaves the write-ahead log as the program keeps it, not as Python does
        self.start()

    def close(self):
        self.stop()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


class Elsewhere:
    """A server that somebody else started."""
    def __init__(self, url):
        self.url = url
