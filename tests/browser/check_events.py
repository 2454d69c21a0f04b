# SPDX-License-Identifier: MIT
"""The list of events: filters, details, the live tail, the window over many rows, exports."""
import json
import os
import pathlib
import subprocess
import time

from selenium.webdriver.common.keys import Keys

import server as sample
from checks import get

ROWS = "[...document.querySelectorAll('#rows tr:not(.pad)')]"


def check_names(b, c, s):
    b.open("events?syscall=ptrace&since=1h")
    c.that("calls have their names", set(b.texts("td.c-syscall bdi")) == {"ptrace"}, set(b.texts("td.c-syscall")))
    outcomes = {"kind0": "Killed", "kind1": "Killed", "kind2": "Executed", "kind3": "Signalled", "kind4": "Traced",
                "kind5": "Notified", "kind6": "Killed"}
    b.open("events?exe=/usr/bin/kind")
    seen = dict(zip(b.texts("td.c-program > bdi"), b.js(
        "return [...document.querySelectorAll('td.c-outcome .badge')].map((n) => n.lastChild.data)")))
    c.that("actions have their outcomes", {k: seen.get(k) for k in outcomes} == outcomes, seen)


def check_filter(b, c, s):
    b.open("events")
    b.keys("/")
    c.that("/ goes to the filter", b.js("return document.activeElement.id") == "filter")
    b.find("#filter").send_keys("mou")
    found = b.until("return [...document.querySelectorAll('#suggest li')].some((n) => n.textContent.includes('mount'))")
    c.that("it completes what it knows", found)
    b.shot("suggestions")
    b.find("#filter").send_keys(Keys.CONTROL, "a")
    b.find("#filter").send_keys("syscall:mount", Keys.ENTER)
    only = "const t = [...document.querySelectorAll('td.c-syscall bdi')]; return t.length > 0 && t.every((n) => n.textContent === 'mount')"
    c.that("a filter filters", b.until(only))
    c.that("it is in the address", "syscall=mount" in b.driver.current_url, b.driver.current_url)
    b.driver.refresh()
    c.that("it survives a reload", b.settled() and b.until(only) and "mount" in b.text("#chips"))
    b.find("#chips button").click()
    c.that("its chip removes it", b.until("return !location.search.includes('syscall')"))
    b.driver.back()
    c.that("the back button brings it back", b.until(only))
    b.open("events")
    b.find("#filter").send_keys("sbin/ngi", Keys.ENTER)
    found = b.until("return location.search.includes('text=') && document.documentElement.dataset.settled === 'yes' && "
                    f"{ROWS}.length > 0 && {ROWS}.every((r) => r.textContent.includes('sbin/ngi'))")
    c.that("any text can be searched for", found, b.js("return location.search") + str(b.texts("#rows tr:not(.pad)")[:2]))
    b.open("events?pid=abc") or b.until("return !document.getElementById('filter-error').hidden")
    c.that("a wrong filter is explained", "abc" in b.text("#filter-error"), b.text("#filter-error"))
    c.that("and marked", b.all(".chip.wrong"))
    b.wrongs()


def record_of(event):
    return (f"type=SECCOMP msg=audit({sample.stamp(event['time'])}:{event['serial']}): auid=4294967295 uid=33 gid=33 "
            f"ses=4294967295 pid={event['pid']} comm=\"{event['comm']}\" exe=\"{event['exe']}\" sig=0 arch=c000003e "
            f"syscall={event['syscall_nr']} compat=0 ip=0x7f00deadbeef code=0x50000")


def check_details(b, c, s):
    b.open("events?syscall=mount")
    b.js("document.querySelector('#rows tr:not(.pad)').focus()")
    b.keys(Keys.ARROW_DOWN)
    b.keys(Keys.ENTER)
    c.that("the keyboard opens details", b.until("return document.getElementById('details').open"))
    fields = b.texts("#details-fields dt")
    event = get(s.url, "events?syscall=mount&limit=2")["events"][1]
    c.that("all fields are there", all(w in fields for w in ("System call", "Code", "Executable", "Container", "Serial")), fields)
    c.that("the outcome is explained", "denied" in b.text("#details-say"), b.text("#details-say"))
    c.that("times are told in UTC too", "UTC" in b.text("#details-fields"))
    c.that("the record is rebuilt, and called so", record_of(event) in b.text("#details .record") and
           "rebuilt" in b.text("#details-fields"), b.text("#details .record"))
    b.shot("details-light")
    b.find("#details-copy").click()
    b.until("return document.getElementById('details-copied').textContent !== ''")
    copied = b.driver.execute_async_script(
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done('refused ' + e))")
    c.that("the copy is the API's event", copied[:1] == "{" and json.loads(copied) == event, copied[:80])
    b.keys(Keys.ESCAPE)
    c.that("Escape closes", b.until("return !document.getElementById('details').open"))
    c.that("the row has the focus again", b.js("return document.activeElement.tagName") == "TR")
    b.driver.execute_async_script("const done = arguments[0]; navigator.clipboard.writeText('').then(done)")
    b.keys("c")
    b.until("return /copied/.test(document.getElementById('export-say').textContent)")
    copied = b.driver.execute_async_script("const done = arguments[0]; navigator.clipboard.readText().then(done, done)")
    c.that("c copies the row", copied[:1] == "{" and json.loads(copied) == event, copied[:80])


def check_live(b, c, s):
    b.open("events")
    s.fire(comm="livewire", exe="/usr/bin/livewire", syscall=250)
    appeared = b.until("return [...document.querySelectorAll('td.c-program')].some((n) => n.textContent.includes('livewire'))")
    c.that("a new event appears by itself", appeared)
    b.keys("p")
    s.fire(comm="whilepaused", exe="/usr/bin/whilepaused", syscall=250)
    held = b.until("return document.getElementById('held').textContent.includes('1 new')")
    c.that("pause holds it back", held and "whilepaused" not in b.text("#rows"), b.text("#held"))
    b.keys("p")
    c.that("and lets it in again", b.until("return document.getElementById('rows').textContent.includes('whilepaused')"))


def check_many(b, c, s):
    """Thousands of rows: few are in the document, all can be reached, also when they are taller than a page may be."""
    b.open("events?since=all&comm=many")
    most = b.js(f"return {ROWS}.length")
    c.that("only what is in sight is in the document", 10 < most < 80, most)
    for _ in range(40):
        b.js("scrollTo(0, document.documentElement.scrollHeight)")
        if b.until("return document.getElementById('tail').textContent === 'These are all.'", 0.4):
            break
    b.until(f"scrollTo(0, document.documentElement.scrollHeight); return {ROWS}.at(-1)?.getAttribute('aria-rowindex') === '{sample.MANY + 1}'")
    seen = b.js(f"return [{ROWS}.length, {ROWS}.at(-1).getAttribute('aria-rowindex')]")
    c.that("scrolling reaches the last of many", seen[0] < 80 and seen[1] == str(sample.MANY + 1), seen)
    b.js(f"{ROWS}.at(-1).focus()")
    b.keys(Keys.HOME)
    c.that("Home goes to the first", b.until("return document.activeElement.getAttribute('aria-rowindex') === '2'"))
    b.keys(Keys.END)
    c.that("End to the last", b.until(f"return document.activeElement.getAttribute('aria-rowindex') === '{sample.MANY + 1}'"))
    b.js("document.getElementById('rows').style.setProperty('--tallest', 30000)")
    b.keys(Keys.HOME)
    c.that("also where they are taller than a page can be", b.until("return document.activeElement.getAttribute('aria-rowindex') === '2'"))
    b.keys(Keys.END)
    c.that("to both ends", b.until(f"return document.activeElement.getAttribute('aria-rowindex') === '{sample.MANY + 1}'"))
    b.keys(*[Keys.ARROW_UP] * 60)
    c.that("row by row", b.until(f"return document.activeElement.getAttribute('aria-rowindex') === '{sample.MANY - 59}'") and
           b.js("const r = document.activeElement.getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight"),
           b.js("const r = document.activeElement.getBoundingClientRect(); return [document.activeElement.getAttribute('aria-rowindex'), r.top, r.bottom]"))
    order = b.js(f"return {ROWS}.map((r) => r.querySelector('time').dateTime)")
    c.that("newest first", order == sorted(order, reverse=True))
    b.shot("events-many")


def downloaded(b, name):
    path = pathlib.Path(b.downloads) / name
    end = time.monotonic() + 15
    while time.monotonic() < end:
        size = path.stat().st_size if path.exists() else 0
        time.sleep(0.2)
        if size and path.stat().st_size == size:
            return path.read_bytes()
    return b""


def check_export(b, c, s):
    b.open("events?since=all&syscall=ptrace,unshare")
    for name in ("csv", "jsonl"):
        b.find(f"#export [data-format={name}]").click()
        b.until("return /saved/.test(document.getElementById('export-say').textContent)", 30)
        got = downloaded(b, f"seccompwatch-events.{name}")
        b.js("document.getElementById('export-say').textContent = ''")
        want = subprocess.run([sample.PROGRAM, "events", "--db", str(s.db), "--format", name, "--limit", "0", "--syscall",
                               "ptrace,unshare"], capture_output=True, check=True, env={**os.environ, "TZ": "UTC"}).stdout
        differs = next((i for i, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), -1)
        c.that(f"the {name} export is what the command line writes", got == want,
               f"{len(got)} {len(want)} {got[differs - 80:differs + 80]} {want[differs - 80:differs + 80]}")
