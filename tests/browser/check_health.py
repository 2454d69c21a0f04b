# SPDX-License-Identifier: MIT
"""The health page: what is seen, what was missed, what is stored."""
from checks import get


def check_health(b, c, s):
    b.open("health")
    health = get(s.url, "health")
    facts = b.text("#health-facts")
    c.that("health tells the version", health["version"] in facts, facts)
    c.that("and how much is stored", f"{health['database']['events']:,}" in facts, facts)
    c.that("and what was lost", b.text("#loss-facts").count("none") >= 4, b.text("#loss-facts"))
    checks = {check["id"]: check["ok"] for check in health["checks"]}
    c.that("and what can be seen, as far as it may know", checks["rate_limit"] is None and checks["actions_logged"] is not None and
           "Only root can tell" in b.text("#checks"), checks)
    c.that("and where names came from", b.text("#attribution-facts"))
