# SPDX-License-Identifier: MIT
"""A container's page: its story, the advice with its proof, the change, what is muted."""
import json

from check_events import downloaded
from checks import get
from server import PROFILE

ID = "a" * 64
CARDS = "[...document.querySelectorAll('.suggestion')]"
ADVISED = f"return {CARDS}.length > 0 && !document.getElementById('suggestions').hasAttribute('aria-busy')"


def card(b, name):
    return b.js(f"return {CARDS}.find((n) => n.querySelector('h3').textContent === arguments[0])?.textContent ?? ''", name)


def check_story(b, c, s):
    b.open(f"containers/{ID}")
    c.that("a container has its name", b.text("#c-name") == "web-frontend", b.text("#c-name"))
    c.that("the verdict comes first", get(s.url, f"containers/{ID}/explain?since=24h")["sentence"] == b.text("#c-verdict"), b.text("#c-verdict"))
    c.that("the story has its steps", len(b.all("#story .step")) >= 5)
    before = len(b.all("#story .step"))
    b.find("#story button").click()
    c.that("earlier ones can be shown", len(b.all("#story .step")) > before)
    c.that("the profile in force is there", b.until("return document.querySelector('.profile-text')") and
           json.loads(b.js("return document.querySelector('.profile-text').textContent").replace("RLO", "\u202e")) == PROFILE)


def check_advice(b, c, s):
    b.open(f"containers/{ID}")
    b.until(ADVISED)
    advice = get(s.url, f"containers/{ID}/suggestions?since=24h")
    c.that("each kind has a card", b.texts(".suggestion h3") == [i["syscall"] for i in advice["suggestions"]], b.texts(".suggestion h3"))
    mkdir, ptrace = card(b, "mkdir"), card(b, "ptrace")
    c.that("it tells the rule", "/defaultAction" in mkdir, mkdir)
    c.that("and the risk with its reason", "low risk" in mkdir and "high risk" in ptrace and "takes over" in ptrace, ptrace)
    c.that("it recommends what is safe", "Allow mkdir" in mkdir and "recommended" in mkdir)
    c.that("and never what is dangerous", b.js(f"return {CARDS}.find((n) => n.querySelector('h3').textContent === 'ptrace').querySelector('.best').textContent").startswith("Keep"))
    c.that("with its proof", "Proven: changes mkdir on" in mkdir, mkdir)
    b.js("document.querySelectorAll('.suggestion details').forEach((d) => { d.open = true; })")
    c.that("every changed decision is listed", b.texts(".option.best .changes li")[0].startswith("mkdir"), b.texts(".option.best .changes li"))
    mount = card(b, "mount")
    c.that("the rule can be read", "/syscalls/2" in mount and "errnoRet" in mount, mount)
    c.that("the change has colours", b.texts("#change-diff .d-add .d-text") == ['added:         "mkdir",'], b.texts("#change-diff .d-add .d-text"))
    b.shot("container-open")
    b.find("#c-download").click()
    got = downloaded(b, "web-frontend-seccomp.json")
    names = json.loads(got)["syscalls"][0]["names"] if got else []
    c.that("the changed profile can be saved", "mkdir" in names and "ptrace" not in names, names)
    b.find("#instrument").click()
    got = downloaded(b, "web-frontend-seccomp-logging.json")
    c.that("the instrumented one too", got and json.loads(got)["flags"] == ["SECCOMP_FILTER_FLAG_LOG"], got[:80])
    c.that("nothing went wrong", not (wrongs := b.wrongs()), wrongs)


def check_mute(b, c, s):
    b.open(f"containers/{ID}")
    b.until(ADVISED)
    b.js(f"{CARDS}.find((n) => n.querySelector('h3').textContent === 'ptrace').querySelector('header button').click()")
    gone = b.until(f"return {CARDS}.length > 0 && !{CARDS}.some((n) => n.querySelector('h3').textContent === 'ptrace')")
    c.that("known noise can be muted", gone, b.text("#suggest-say"))
    c.that("which is said", "muted" in b.text("#suggest-say"), b.text("#suggest-say"))
    c.that("and kept", [m["syscall"] for m in get(s.url, "mutes")["mutes"]] == ["ptrace"], get(s.url, "mutes"))
    b.find("#show-muted").click()
    c.that("it can be shown", b.until("return document.querySelector('.suggestion.muted')"))
    b.js("document.querySelector('.suggestion.muted header button').click()")
    c.that("and unmuted", b.until("return document.querySelectorAll('.suggestion').length > 0 && !document.querySelector('.suggestion.muted')") and
           get(s.url, "mutes")["mutes"] == [], get(s.url, "mutes"))
    b.wrongs()
