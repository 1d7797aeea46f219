"""A headless Chromium driven over WebDriver, by the standard library alone. https://www.w3.org/TR/webdriver/"""
import base64
import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"left": "\ue012", "up": "\ue013", "right": "\ue014", "down": "\ue015", "escape": "\ue00c", "enter": "\ue007"}


class WebDriverError(Exception):
    pass


class Browser:
    """One window. `with Browser() as browser: browser.open(path)`."""

    def __init__(self, width=1400, height=1000):
        self.profile = tempfile.TemporaryDirectory(prefix="harrow-browser-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_until_ready()
            arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
                         "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
                         f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}"]
            options = {"args": arguments, "binary": "/usr/bin/chromium"}
            capabilities = {"browserName": "chrome", "goog:chromeOptions": options,
                            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
            self.session = None
            value = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.session = f"/session/{value['sessionId']}"
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if getattr(self, "session", None):
            self._call("DELETE", self.session)
            self.session = None
        self.driver.terminate()
        self.driver.wait(10)
        self.profile.cleanup()

    def _wait_until_ready(self, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                if self._call("GET", "/status")["ready"]:
                    return
            except OSError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)

    def _call(self, method, path, body=None):
        payload = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, payload, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise WebDriverError(json.load(error)["value"]["message"]) from None

    def open(self, path):
        self.logs()
        self._call("POST", self.session + "/url", {"url": "file://" + path})

    def run(self, script, *arguments):
        """The value of a script's `return`."""
        return self._call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector, seconds=5):
        """The element, once it is there: lists draw what is in sight after they were scrolled."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self._call("POST", self.session + "/element", {"using": "css selector", "value": selector})[ELEMENT]
            except WebDriverError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.02)

    def click(self, selector):
        """A real click in the middle of the element, scrolled into sight; again if it was drawn anew meanwhile."""
        for attempt in range(10):
            try:
                self._call("POST", f"{self.session}/element/{self.find(selector)}/click")
                return
            except WebDriverError as error:
                if "stale element" not in str(error) or attempt == 9:
                    raise

    def click_at(self, x, y):
        """A real click at a point of the window."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}, {"type": "pointerDown", "button": 0},
                 {"type": "pointerUp", "button": 0}]
        self._actions({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": moves})

    def press(self, *keys):
        presses = []
        for key in keys:
            value = KEYS.get(key, key)
            presses += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self._actions({"type": "key", "id": "keyboard", "actions": presses})

    def _actions(self, source):
        self._call("POST", self.session + "/actions", {"actions": [source]})

    def cdp(self, command, **parameters):
        return self._call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def resize(self, width, height):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def emulate_scheme(self, scheme):
        """And without smooth scrolling, so that a click finds its element where it was."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                         {"name": "prefers-reduced-motion", "value": "reduce"}])

    def screenshot(self, path):
        data = self.cdp("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def logs(self):
        """(console messages, addresses asked for) since the last call."""
        console = [entry["message"] for entry in self._call("POST", self.session + "/se/log", {"type": "browser"})]
        events = [json.loads(entry["message"])["message"]
                  for entry in self._call("POST", self.session + "/se/log", {"type": "performance"})]
        return console, [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
