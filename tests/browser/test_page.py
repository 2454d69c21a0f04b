#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The page in a real browser.

Runs `seccompwatch serve` over a database of its own. With a URL as argument (or $SECCOMPWATCH_URL) it looks at that
server instead, and leaves out what needs the sample. With words as arguments it runs the checks whose names have them.
"""
import os
import sys

sys.dont_write_bytecode = True
import check_container as container  # noqa: E402
import check_events as events  # noqa: E402
import check_feel as feel  # noqa: E402
import check_health as health  # noqa: E402
import check_lab as lab  # noqa: E402
import check_login as login  # noqa: E402
import check_overview as overview  # noqa: E402
import server as sample  # noqa: E402
from browser import Browser  # noqa: E402
from checks import Checks  # noqa: E402


CHECKS = (overview.check_load, overview.check_tops, overview.check_timeline, overview.check_drag, events.check_names,
          events.check_filter, events.check_details, events.check_live, events.check_many, events.check_export,
          container.check_story, container.check_advice, container.check_mute, lab.check_lab, lab.check_decide,
          health.check_health, feel.check_hostile, feel.check_themes, feel.check_phone, feel.check_keyboard,
          feel.check_empty, feel.check_tabs, login.check_login, feel.check_outage)
ELSEWHERE = (overview.check_load, overview.check_timeline, health.check_health, feel.check_themes, feel.check_phone)


def look(b, c, s, only):
    for check in CHECKS:
        if not only or any(word in check.__name__ for word in only):
            check(b, c, s)


def with_sample(c, only):
    s = sample.Server()
    try:
        s.prepare()
        b = Browser(s.url)
        try:
            look(b, c, s, only)
        finally:
            b.close()
    finally:
        s.close()


def with_url(c, url):
    b = Browser(url)
    try:
        for check in ELSEWHERE:
            check(b, c, sample.Elsewhere(url))
    finally:
        b.close()


def main():
    url = next((word for word in sys.argv[1:] if word.startswith("http")), os.environ.get("SECCOMPWATCH_URL"))
    checks = Checks()
    feel.check_weight(checks)
    if url:
        with_url(checks, url.rstrip("/"))
    else:
        with_sample(checks, sys.argv[1:])
    print(f"{checks.passed} passed, {checks.failed} failed{' (without the sample)' if url else ''}")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main())
