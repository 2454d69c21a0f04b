# SPDX-License-Identifier: MIT
"""The overview: the state in words, the timeline, what suffers most."""
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from checks import UNLABELLED, get


def check_load(b, c, s):
    c.that("the page fills itself", b.open())
    total = get(s.url, "summary?by=outcome&since=24h")["total"]
    c.that("the state is said in words", "in the last 24 hours" in b.text("#headline"), b.text("#headline"))
    c.that("it counts what the API counts", b.js("return document.title").startswith(f"{total:,}"), f"{total} {b.js('return document.title')}")
    c.that("nothing comes from elsewhere",
           b.js("return performance.getEntriesByType('resource').every((r) => new URL(r.name).origin === location.origin)"))
    c.that("no error, no policy violation", not (wrongs := b.wrongs()), wrongs)
    c.that("the layout holds still", b.js("return shift") < 0.05, b.js("return shift"))
    c.that("everything has a name", not (bare := b.js(UNLABELLED)), bare)
    c.that("its data is asked for while its script is still on the way", b.js("""
        const all = performance.getEntriesByType('resource'), script = all.find((r) => r.name.endsWith('/app.js'));
        const data = all.filter((r) => /api.v1.(health|summary.*by=container&|timeline)/.test(r.name));
        return data.length >= 3 && data.every((r) => r.initiatorType === 'link' || r.startTime < script.responseEnd);"""),
           b.js("return performance.getEntriesByType('resource').map((r) => [r.name.slice(-50), r.initiatorType, r.startTime, r.responseEnd])"))
    c.that("the health is told", b.text("#pill-text") not in ("", "…"), b.text("#pill-text"))


def check_tops(b, c, s):
    b.open()
    c.that("containers say what and since when", b.texts("#top-container .call") and "since" in b.text("#top-container .when"))
    b.find("#top-program button").click()
    c.that("a top entry is a filter", b.until("return location.search.includes('comm=')"))
    b.open()
    c.that("what is new is told", b.until("return document.querySelectorAll('#new li').length > 0"), b.text("#new-say"))
    b.find("#looked").click()
    c.that("until somebody looked", b.until("return /Nothing new since you looked/.test(document.getElementById('new-say').textContent)"), b.text("#new-say"))
    c.that("a report is one click away", "format=html" in b.js("return document.getElementById('report').href"))
    b.open("?since=1h")
    b.js("document.querySelector('#nav [data-to=events]').click()")
    c.that("the views share the filters", b.until("return location.pathname === '/events' && location.search === '?since=1h'"))
    b.driver.back()
    c.that("back is back", b.until("return document.documentElement.dataset.view === 'overview'"))
    b.settled()
    b.find("#top-container a").click()
    c.that("a container leads to its page", b.until("return location.pathname.startsWith('/containers/')"))


def check_timeline(b, c, s):
    b.open()
    b.js("document.getElementById('chart').focus()")
    b.keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    c.that("the timeline can be read by keys", b.until("return document.getElementById('chart-live').textContent"))
    b.keys(Keys.ENTER)
    c.that("and narrowed to a bar", b.until("return /since=.*until=/.test(location.search)"))
    c.that("which a chip says", b.until("return document.querySelectorAll('#chips .chip').length === 2"))




def check_drag(b, c, s):
    b.open()
    chart = b.find("#chart")
    ActionChains(b.driver).move_to_element_with_offset(chart, 300, 0).click_and_hold().move_by_offset(150, 0).perform()
    b.shot("zooming")
    ActionChains(b.driver).release().perform()
    c.that("drawing over the timeline narrows to it", b.until("return /since=.*until=/.test(location.search)"))
    b.settled()
    since, until = b.js("const p = new URLSearchParams(location.search); return [Date.parse(p.get('since')), Date.parse(p.get('until'))]")
    c.that("to a part of the day", 0 < until - since < 12 * 3600e3, until - since)
