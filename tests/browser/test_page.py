#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page in a real browser.

Runs `seccompwatch serve` over a database of its own. With a URL as argument (or $SECCOMPWATCH_URL) it looks at that
server instead, and leaves out what needs the sample: those checks are counted as not run.
"""
import json
import os
import sys
import urllib.request

from selenium.webdriver.common.keys import Keys

sys.dont_write_bytecode = True
import server as sample  # noqa: E402
from browser import Browser  # noqa: E402

CONTRAST = """
const lum = (rgb) => rgb.map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
const ground = (node) => { for (; node; node = node.parentElement) { const c = rgb(getComputedStyle(node).backgroundColor);
    if (c.length < 4 || c[3] > 0.99) return c.slice(0, 3); } return [255, 255, 255]; };
const low = [];
for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !node.checkVisibility({ visibilityProperty: true }) || node.closest('.badge i, .offscreen, :disabled')) continue;
    const pair = [lum(rgb(getComputedStyle(node).color).slice(0, 3)), lum(ground(node))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < 4.5) low.push(`${node.className || node.tagName} "${node.textContent.slice(0, 20)}" ${ratio.toFixed(2)}`);
}
return [...new Set(low)].slice(0, 5);
"""
UNLABELLED = """
return [...document.querySelectorAll('button, input, a[href], canvas, dialog, [role]')].filter((n) => n.checkVisibility({ visibilityProperty: true }) &&
    !n.getAttribute('aria-label') && !n.getAttribute('aria-labelledby') && !n.textContent.trim() && n.matches('button, input, a, canvas, dialog'))
    .map((n) => n.outerHTML.slice(0, 80));
"""


class Checks:
    def __init__(self):
        self.passed = self.failed = 0

    def that(self, what, true, detail=""):
        if true:
            self.passed += 1
            print(f"ok      {what}")
        else:
            self.failed += 1
            print(f"FAILED  {what} {detail}")


def get(url, path):
    with urllib.request.urlopen(f"{url}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)


def check_load(b, c, url):
    c.that("the page fills itself", b.open())
    total = get(url, "summary?by=outcome&since=1h")["total"]
    c.that("the state is said in words", "in the last hour" in b.text("#headline"), b.text("#headline"))
    c.that("it counts what the API counts", f"{total:,}" in b.text("#shown"), f"{total} {b.text('#shown')}")
    c.that("nothing comes from elsewhere",
           b.js("return performance.getEntriesByType('resource').every((r) => new URL(r.name).origin === location.origin)"))
    c.that("no error, no policy violation", not (wrongs := b.wrongs()), wrongs)
    c.that("the layout holds still", b.js("return shift") < 0.05, b.js("return shift"))
    c.that("everything has a name", not (bare := b.js(UNLABELLED)), bare)
    c.that("the health is told", b.text("#h-db") not in ("", "…") and b.text("#h-collector") not in ("", "…"))
    b.shot("overview-light")


def check_names(b, c):
    b.open("?syscall=ptrace&since=1h")
    c.that("calls have their names", set(b.texts("td.c-syscall bdi")) == {"ptrace"}, set(b.texts("td.c-syscall")))
    outcomes = {"kind0": "Killed", "kind1": "Killed", "kind2": "Executed", "kind3": "Signalled", "kind4": "Traced",
                "kind5": "Notified", "kind6": "Killed"}
    b.open("?exe=/usr/bin/kind")
    seen = dict(zip(b.texts("td.c-program > bdi"), b.js(
        "return [...document.querySelectorAll('td.c-outcome .badge')].map((n) => n.lastChild.data)")))
    c.that("actions have their outcomes", {k: seen.get(k) for k in outcomes} == outcomes, seen)


def check_hostile(b, c):
    b.open()
    inside = "document.querySelectorAll('main :is(#rows, .top-list) :is(img, script, b, iframe, a)').length"
    c.that("names are never markup", b.js(f"return {inside}") == 0)
    c.that("they are shown as they are", any(sample.MARKUP[:20] in t for t in b.texts(".top-list bdi, td bdi")))
    c.that("invisible characters are shown", "RLO" in b.texts("#rows .ctl"), b.texts("#rows .ctl"))
    c.that("long ones keep their place", b.js("return document.documentElement.scrollWidth <= innerWidth"))
    for comm in ("x" * 15, "evil%E2%80%AEtxt.sh"):
        b.open(f"?comm={comm}")
        b.js("document.querySelector('#rows tr').click()")
        c.that(f"details of {comm[:8]} stay inside", b.js(
            "const d = document.getElementById('details-body'); return d.scrollWidth <= d.clientWidth"))
    b.shot("details-hostile")
    c.that("nothing of it ran", not (wrongs := b.wrongs()), wrongs)


def check_filter(b, c):
    b.open()
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
    b.open()
    b.find("#top-program button").click()
    c.that("a top entry is a filter", b.until("return location.search.includes('comm=')"))
    b.open("?pid=abc") or b.until("return !document.getElementById('filter-error').hidden")
    c.that("a wrong filter is explained", "abc" in b.text("#filter-error"), b.text("#filter-error"))
    c.that("and marked", b.all(".chip.wrong"))
    b.wrongs()


def check_details(b, c, url):
    b.open("?syscall=mount")
    b.js("document.querySelector('#rows tr').focus()")
    b.keys(Keys.ARROW_DOWN)
    b.keys(Keys.ENTER)
    c.that("the keyboard opens details", b.until("return document.getElementById('details').open"))
    fields = b.texts("#details-fields dt")
    event = get(url, "events?syscall=mount&limit=2")["events"][1]
    c.that("all fields are there", all(w in fields for w in ("System call", "Code", "Executable", "Container", "Serial")), fields)
    c.that("the outcome is explained", "denied" in b.text("#details-say"), b.text("#details-say"))
    c.that("times are told in UTC too", "UTC" in b.text("#details-fields"))
    b.shot("details-light")
    b.find("#details-copy").click()
    b.until("return document.getElementById('details-copied').textContent !== ''")
    copied = b.driver.execute_async_script(
        "const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done('refused ' + e))")
    c.that("the copy is the API's event", copied[:1] == "{" and json.loads(copied) == event, copied[:80])
    b.keys(Keys.ESCAPE)
    c.that("Escape closes", b.until("return !document.getElementById('details').open"))
    c.that("the row has the focus again", b.js("return document.activeElement.tagName") == "TR")


def check_timeline(b, c):
    b.open()
    b.js("document.getElementById('chart').focus()")
    b.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    c.that("the timeline can be read by keys", b.until("return document.getElementById('chart-live').textContent"))
    b.keys(Keys.ENTER)
    c.that("and narrowed to a bar", b.until("return /since=.*until=/.test(location.search)"))
    c.that("which a chip says", b.until("return document.querySelectorAll('#chips .chip').length === 2"))


def check_live(b, c, s):
    b.open()
    s.fire(comm="livewire", exe="/usr/bin/livewire", syscall=250)
    appeared = b.until("return [...document.querySelectorAll('td.c-program')].some((n) => n.textContent.includes('livewire'))")
    c.that("a new event appears by itself", appeared)
    b.keys("p")
    s.fire(comm="whilepaused", exe="/usr/bin/whilepaused", syscall=250)
    held = b.until("return document.getElementById('held').textContent.includes('1 new')")
    c.that("pause holds it back", held and "whilepaused" not in b.text("#rows"), b.text("#held"))
    b.keys("p")
    c.that("and lets it in again", b.until("return document.getElementById('rows').textContent.includes('whilepaused')"))


def check_themes(b, c):
    ground = "return getComputedStyle(document.body).backgroundColor"
    b.prefer("light")
    b.open()
    light = b.js(ground)
    c.that("light has contrast", not (low := b.js(CONTRAST)), low)
    b.prefer("dark")
    c.that("dark follows the system", b.until("return document.documentElement.dataset.theme === 'dark'") and b.js(ground) != light)
    c.that("dark has contrast", not (low := b.js(CONTRAST)), low)
    b.shot("overview-dark")
    b.find("#theme").click()
    b.driver.refresh()
    b.settled()
    c.that("the switch is remembered", b.js(ground) == light, b.js(ground))
    b.find("#theme").click()


def check_phone(b, c):
    fits = "return document.documentElement.scrollWidth <= 360 && innerWidth === 360"
    b.size(360, 740)
    for scheme in ("light", "dark"):
        b.prefer(scheme)
        b.open()
        c.that(f"360 px, {scheme}: nothing sticks out", b.js(fits), b.js("return document.documentElement.scrollWidth"))
        b.shot(f"phone-{scheme}")
    b.js("document.querySelector('#rows tr').click()")
    c.that("360 px: details fit", b.js(fits) and b.js("const r = document.getElementById('details').getBoundingClientRect();"
                                                     "return r.left >= 0 && r.right <= 360 && r.width >= 355"))
    b.shot("phone-details")
    b.size(1280, 900)
    b.prefer("light")


def check_empty(b, c):
    b.open("?comm=nosuchprogram")
    c.that("nothing found says what to do", "Clear the filters" in b.text("#empty"), b.text("#empty"))
    b.shot("empty")


def check_outage(b, c, s):
    b.open()
    c.that("nothing went wrong before", not (wrongs := b.wrongs()), wrongs)
    s.stop()
    c.that("a lost server is told", b.until("return document.getElementById('pause').dataset.state === 'lost'"))
    s.start()
    c.that("it comes back by itself", b.until("return document.getElementById('pause').dataset.state === 'live' && "
                                              "document.getElementById('trouble').hidden", 15))


def with_sample(c):
    s = sample.Server()
    try:
        s.prepare()
        b = Browser(s.url)
        try:
            check_load(b, c, s.url)
            check_names(b, c)
            check_hostile(b, c)
            check_filter(b, c)
            check_details(b, c, s.url)
            check_timeline(b, c)
            check_live(b, c, s)
            check_themes(b, c)
            check_phone(b, c)
            check_empty(b, c)
            check_outage(b, c, s)
        finally:
            b.close()
    finally:
        s.close()


def with_url(c, url):
    b = Browser(url)
    try:
        check_load(b, c, url)
        check_themes(b, c)
        check_phone(b, c)
        check_empty(b, c)
        check_timeline(b, c)
    finally:
        b.close()


def main():
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SECCOMPWATCH_URL")
    checks = Checks()
    if url:
        with_url(checks, url.rstrip("/"))
    else:
        with_sample(checks)
    print(f"{checks.passed} passed, {checks.failed} failed{' (without the sample)' if url else ''}")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
