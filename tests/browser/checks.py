# SPDX-License-Identifier: MIT
"""What every check needs: a counter, the API beside the page, and what makes a page readable."""
import json
import urllib.request

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
return [...document.querySelectorAll('button, input, select, textarea, a[href], canvas, dialog, [role]')].filter((n) => n.checkVisibility({ visibilityProperty: true }) &&
    !n.labels?.length && !n.getAttribute('aria-label') && !n.getAttribute('aria-labelledby') && !n.textContent.trim() && n.matches('button, input, select, textarea, a, canvas, dialog'))
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
