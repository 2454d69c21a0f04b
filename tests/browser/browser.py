# SPDX-License-Identifier: MIT
"""Debian's chromium through its driver, with what a page did wrong kept for the test."""
import base64
import pathlib
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

SHOTS = pathlib.Path("build/screenshots")
FLAGS = ("--no-sandbox", "--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars")
WATCH = """
window.wrongs = []; window.shift = 0;
addEventListener('error', (e) => wrongs.push('error: ' + (e.message || e.target?.src || 'a resource')), true);
addEventListener('unhandledrejection', (e) => wrongs.push('rejection: ' + e.reason));
addEventListener('securitypolicyviolation', (e) => wrongs.push('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
window.alert = () => wrongs.push('alert');
new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) shift += e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
"""


class Browser:
    def __init__(self, url):
        self.url = url
        self.profile = tempfile.mkdtemp(prefix="seccompwatch-browser-")
        options = Options()
        options.binary_location = shutil.which("chromium")
        for flag in FLAGS + (f"--user-data-dir={self.profile}",):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.cdp("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
        self.cdp("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        self.downloads = tempfile.mkdtemp(prefix="seccompwatch-downloads-")
        self.cdp("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": self.downloads})
        self.size(1280, 900)

    def cdp(self, command, arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def size(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride",
                 {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 700})

    def prefer(self, scheme):
        self.cdp("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def js(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def open(self, path=""):
        self.driver.get(f"{self.url}/{path}")
        return self.settled()

    def settled(self):
        return self.until("const h = document.documentElement; return h.dataset.settled === 'yes' && (h.dataset.view !== 'events' || "
                          "document.querySelectorAll('#rows tr:not(.pad)').length > 0 || !document.getElementById('empty').hidden)", 25)

    def until(self, code, seconds=8):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = self.js(code)
            if value:
                return value
            time.sleep(0.05)
        return None

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def texts(self, selector):
        return self.js("return [...document.querySelectorAll(arguments[0])].map((n) => n.textContent)", selector)

    def keys(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)

    def wrongs(self):
        console = [e["message"] for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]
        return console + (self.js("const w = wrongs; wrongs = []; return w") or [])

    def shot(self, name):
        SHOTS.mkdir(parents=True, exist_ok=True)
        picture = self.cdp("Page.captureScreenshot", {"format": "png"})["data"]
        (SHOTS / f"{name}.png").write_bytes(base64.b64decode(picture))

    def whole(self, name):
        """The whole page, not only what is in sight (at most so much of a long list)."""
        width, height = self.js("return [innerWidth, Math.min(document.documentElement.scrollHeight, 2600)]")
        seen = self.js("return innerHeight")
        self.size(width, max(height, seen))
        time.sleep(0.15)
        self.shot(name)
        self.size(width, seen)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.downloads, ignore_errors=True)
        shutil.rmtree(self.profile, ignore_errors=True)
