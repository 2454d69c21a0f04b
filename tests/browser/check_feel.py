# SPDX-License-Identifier: MIT
"""What holds for every view: names that attack, both themes, a phone, the keyboard, an outage, the weight of it all."""
import gzip
import pathlib
import re
import urllib.parse

from selenium.webdriver.common.keys import Keys

import server as sample
from checks import CONTRAST, UNLABELLED

VIEWS = {"overview": "", "events": "events", "containers": "containers", "container": "containers/" + "a" * 64, "lab": "lab",
         "health": "health"}
HOSTILE = "containers/" + "b" * 64
CHART = pathlib.Path("/usr/share/javascript/chart.js/chart.min.js")
BUDGET = 150 * 1024


def check_weight(c):
    files = [*pathlib.Path("web/ui").iterdir(), CHART]
    total = sum(len(gzip.compress(f.read_bytes(), 9)) for f in files)
    c.that("all assets together are light", total < BUDGET, f"{total} of {BUDGET}")
    print(f"        {len(files)} files, {total / 1024:.1f} KiB compressed")
    wrong = [f.name for f in files if f != CHART and re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", f.read_text("utf-8"))]
    c.that("no script makes markup of text", not wrong, wrong)


def check_hostile(b, c, s):
    inside = "document.querySelectorAll('main :is(#rows, .top-list, .plain, .container-view, .title, .chips) :is(img, script, iframe, object)').length"
    for view in ("", "events", "containers", HOSTILE, "?comm=" + urllib.parse.quote(sample.MARKUP)):
        b.open(view)
        c.that(f"/{view[:24]}: names are never markup", b.js(f"return {inside}") == 0)
        c.that(f"/{view[:24]}: long ones keep their place", b.js("return document.documentElement.scrollWidth <= innerWidth"),
               b.js("return document.documentElement.scrollWidth"))
    b.shot("filter-hostile")
    b.open(HOSTILE)
    c.that("and leave room for the rest", b.js("return document.getElementById('timeline-title').getBoundingClientRect().top") < 900)
    c.that("they are shown as they are", sample.MARKUP[:20] in b.text("#c-name"), b.text("#c-name"))
    b.shot("container-hostile")
    b.open("events")
    c.that("invisible characters are shown", "RLO" in b.texts("#rows .ctl"), b.texts("#rows .ctl"))
    b.size(360, 740)
    for view in ("", "events", "containers", HOSTILE):
        b.open(view)
        c.that(f"/{view[:24]}: nor break a phone", b.js("return document.documentElement.scrollWidth <= 360"))
    b.size(1280, 900)
    for comm in ("x" * 15, "evil%E2%80%AEtxt.sh"):
        b.open(f"events?comm={comm}")
        b.js("document.querySelector('#rows tr:not(.pad)').click()")
        c.that(f"details of {comm[:8]} stay inside", b.js(
            "const d = document.getElementById('details-body'); return d.scrollWidth <= d.clientWidth"))
    b.shot("details-hostile")
    c.that("nothing of it ran", not (wrongs := b.wrongs()), wrongs)


def check_themes(b, c, s):
    ground = "return getComputedStyle(document.body).backgroundColor"
    for name, path in VIEWS.items():
        b.prefer("light")
        b.open(path)
        light = b.js(ground)
        c.that(f"{name}, light: has contrast", not (low := b.js(CONTRAST)), low)
        c.that(f"{name}: nothing is in trouble", b.js("return document.getElementById('trouble').hidden"), b.text("#trouble"))
        c.that(f"{name}: everything has a name", not (bare := b.js(UNLABELLED)), bare)
        c.that(f"{name}: the layout holds still", b.js("return shift") < 0.1, b.js("return shift"))
        c.that(f"{name}: one heading says what it is", b.js("return [...document.querySelectorAll('h1')].filter((h) => h.checkVisibility()).length") == 1)
        b.whole(f"{name}-light")
        b.prefer("dark")
        c.that(f"{name}: dark follows the system", b.until("return document.documentElement.dataset.theme === 'dark'") and b.js(ground) != light)
        c.that(f"{name}, dark: has contrast", not (low := b.js(CONTRAST)), low)
        b.whole(f"{name}-dark")
    b.find("#theme").click()
    b.driver.refresh()
    b.settled()
    c.that("the switch is remembered", b.js(ground) == light, b.js(ground))
    b.find("#theme").click()
    b.prefer("light")


def check_phone(b, c, s):
    fits = "return document.documentElement.scrollWidth <= 360 && innerWidth === 360"
    b.size(360, 740)
    for name, path in VIEWS.items():
        for scheme in ("light", "dark"):
            b.prefer(scheme)
            b.open(path)
            c.that(f"{name}, 360 px, {scheme}: nothing sticks out", b.js(fits), b.js("return document.documentElement.scrollWidth"))
            b.whole(f"phone-{name}-{scheme}")
    b.open("events")
    b.js("document.querySelector('#rows tr:not(.pad)').click()")
    c.that("360 px: details fit", b.js(fits) and b.js("const r = document.getElementById('details').getBoundingClientRect();"
                                                     "return r.left >= 0 && r.right <= 360 && r.width >= 355"))
    b.shot("phone-details")
    b.size(1280, 900)
    b.prefer("light")


def check_keyboard(b, c, s):
    """Everything that can be clicked can be reached by Tab, and is seen when it is."""
    for name, path in VIEWS.items():
        b.open(path)
        wanted = b.js("return [...document.querySelectorAll('button, a[href], input, select, textarea, summary')]"
                      ".filter((n) => n.checkVisibility({ visibilityProperty: true }) && !n.disabled && n.tabIndex >= 0 && !n.closest('#rows')).length")
        b.js("document.activeElement.blur(); window.reached = new Set(); document.addEventListener('focusin', (e) => reached.add(e.target))")
        for _ in range(wanted + 12):
            b.keys(Keys.TAB)
        reached = b.js("return [...reached].filter((n) => n.matches('button, a[href], input, select, textarea, summary')).length")
        c.that(f"{name}: Tab reaches all {wanted}", reached >= wanted, f"{reached} of {wanted}")
    b.wrongs()


def check_empty(b, c, s):
    b.open("events?comm=nosuchprogram")
    c.that("nothing found says what to do", "Clear the filters" in b.text("#empty"), b.text("#empty"))
    b.shot("empty")
    b.open("?comm=nosuchprogram")
    c.that("the overview too", "Clear the filters" in b.text("#empty"), b.text("#empty"))
    b.shot("empty-overview")
    b.open("containers/" + "c" * 64)
    c.that("a container nobody knows is said to be one", "No container" in b.text("#c-verdict"), b.text("#c-verdict"))
    b.wrongs()
    b.open("containers?comm=nosuchprogram")
    c.that("no container says so", "No container" in b.text("#containers-say"), b.text("#containers-say"))


def check_tabs(b, c, s):
    """A browser has six connections to a server: pages in the background may not hold them."""
    first = b.driver.current_window_handle
    for _ in range(7):
        b.driver.switch_to.new_window("tab")
        b.open("")
    b.driver.set_script_timeout(10)
    took = b.driver.execute_async_script(
        "const done = arguments[0], t = performance.now(); fetch('/api/v1/health').then(() => done(performance.now() - t), () => done(null))")
    c.that("eight tabs do not starve each other", took is not None and took < 3000, took)
    for handle in b.driver.window_handles:
        if handle != first:
            b.driver.switch_to.window(handle)
            b.driver.close()
    b.driver.switch_to.window(first)


def check_outage(b, c, s):
    b.open("events")
    c.that("nothing went wrong before", not (wrongs := b.wrongs()), wrongs)
    s.stop()
    c.that("a lost server is told", b.until("return document.getElementById('pause').dataset.state === 'lost' && "
                                            "document.getElementById('pill').dataset.state === 'bad'"))
    b.shot("outage")
    s.start()
    c.that("it comes back by itself", b.until("return document.getElementById('pause').dataset.state === 'live' && "
                                              "document.getElementById('trouble').hidden", 15))
