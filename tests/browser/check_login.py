# SPDX-License-Identifier: MIT
"""Logging in where the server asks for a token."""
import os

from selenium.webdriver.common.keys import Keys

from checks import CONTRAST, UNLABELLED

TOKEN = "correct-horse-battery-staple-1326"


def check_login(b, c, s):
    s.stop()
    token = s.dir / "token"
    token.write_text(TOKEN + "\n", encoding="utf-8")
    os.chmod(token, 0o600)
    s.start("--token-file", str(token))
    try:
        b.driver.get(s.url)
        c.that("a stranger is asked for the token", b.until("return location.pathname === '/login'"), b.driver.current_url)
        for scheme in ("light", "dark"):
            b.prefer(scheme)
            b.until(f"return document.documentElement.dataset.theme === '{scheme}'")
            c.that(f"login, {scheme}: has contrast", not (low := b.js(CONTRAST)), low)
            b.shot(f"login-{scheme}")
        b.prefer("light")
        b.size(360, 740)
        c.that("login, 360 px: nothing sticks out", b.js("return document.documentElement.scrollWidth <= 360"))
        b.size(1280, 900)
        c.that("login: everything has a name", not (bare := b.js(UNLABELLED)), bare)
        b.find("#token").send_keys("wrong", Keys.ENTER)
        c.that("a wrong one is refused in words", b.until("return document.querySelector('.login-error')"))
        b.shot("login-wrong")
        b.find("#token").send_keys(TOKEN, Keys.ENTER)
        c.that("the right one opens the page", b.until("return location.pathname === '/' && document.documentElement.dataset.settled === 'yes'"), b.driver.current_url)
        c.that("which works as before", b.until("return document.querySelectorAll('#top-container li').length > 0"))
        c.that("no script can read the session", "=" not in b.js("return document.cookie"))
        b.driver.delete_all_cookies()
        b.js("document.querySelector('#ranges [data-since=\"7d\"]').click()")
        c.that("a session that ended leads to the form", b.until("return location.pathname === '/login'"), b.driver.current_url)
    finally:
        s.stop()
        s.start()
    b.wrongs()
