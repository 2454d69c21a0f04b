# SPDX-License-Identifier: MIT
"""The profile lab: check, decide, compare, errors at their line."""
import json

from check_events import downloaded
from server import MARKUP

BROKEN = '{\n  "defaultAction": "allow"\n}\n'
DENY = '{\n  "defaultAction": "SCMP_ACT_ALLOW",\n  "syscalls": [\n    { "names": ["ptrace"], "action": "SCMP_ACT_ERRNO" }\n  ]\n}\n'
RESULT = "document.getElementById('lab-result')"


def put(b, n, text):
    b.js("const t = document.querySelectorAll('.editor textarea')[arguments[0]]; t.value = arguments[1];"
         "t.dispatchEvent(new Event('input'))", n, text)


def check_lab(b, c, s):
    b.open("lab")
    b.find("#lab-example").click()
    c.that("a profile is checked by itself", b.until(f"return {RESULT}.textContent.includes('Usable')"), b.text("#lab-result"))
    c.that("a name nobody knows is found", "mkdirr" in b.text("#lab-result"), b.text("#lab-result"))
    c.that("and marked at its line", b.js("return [...document.querySelectorAll('.gutter .warn')].map((n) => n.textContent)"), b.text(".gutter"))
    b.whole("lab-checked")
    put(b, 0, BROKEN)
    c.that("an error is told", b.until(f"return {RESULT}.textContent.includes('did you mean SCMP_ACT_ALLOW')"), b.text("#lab-result"))
    c.that("and marked at its line", b.texts(".gutter .bad") == ["2"], b.texts(".gutter .bad"))
    b.find("#lab-result button").click()
    c.that("a click goes there", b.js("const t = document.activeElement; return t.value.slice(t.selectionStart, t.selectionEnd)") == '  "defaultAction": "allow"')
    b.whole("lab-error")
    put(b, 0, '{"defaultAction": "' + MARKUP.replace('"', '\\"') + '\u202e"}')
    b.until(f"return {RESULT}.textContent.includes('onerror')")
    c.that("a hostile profile is only text", b.js(f"return {RESULT}.querySelectorAll('img, script').length") == 0)
    b.wrongs()


def check_decide(b, c, s):
    b.open("lab")
    put(b, 0, DENY)
    b.find("#lab-decide").click()
    b.find("#lab-syscall").send_keys("ptrace")
    c.that("a call is decided", b.until(f"return /ptrace: ERRNO EPERM/.test({RESULT}.textContent)"), b.text("#lab-result"))
    c.that("with the rule", "/syscalls/0" in b.text("#lab-result"), b.text("#lab-result"))
    c.that("marked at its line", b.texts(".gutter .warn"), b.texts(".gutter .warn"))
    b.whole("lab-decide")
    b.find("#lab-diff").click()
    put(b, 1, DENY.replace("ptrace", "mount"))
    c.that("two are compared in decisions", b.until(f"return /decisions differ/.test({RESULT}.textContent)"), b.text("#lab-result"))
    c.that("both calls are told", {"ptrace", "mount"} <= {t.split("(")[0] for t in b.texts("#lab-result .changes code")}, b.texts("#lab-result .changes code"))
    b.whole("lab-diff")
    b.find("#lab-instrument").click()
    got = downloaded(b, "seccomp-with-logging.json")
    c.that("logging can be switched on", got and json.loads(got)["flags"], got[:80])
    b.open("lab?container=" + "a" * 64 + "&with=suggestions")
    c.that("a container's profile is compared with what would become of it",
           b.until(f"return /decisions? differs?/.test({RESULT}.textContent)", 25) and "mkdir" in b.text("#lab-result"),
           b.text("#lab-result") + str(b.wrongs()) + str(b.js("return performance.getEntriesByType('resource').slice(-6).map((r) => [r.name.slice(-60), Math.round(r.startTime), Math.round(r.responseEnd), r.responseStatus])")))
    c.that("nothing went wrong in the lab", not (wrongs := b.wrongs()), wrongs)
