"""A headless Chromium driven over its DevTools pipe: no library, no port, no network.

Messages are JSON ended by NUL on file descriptors 3 (to the browser) and 4 (from it).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# the binary itself where Debian keeps it: its launcher script adds what a test does not want
PROGRAM = next(
    (found for name in ("/usr/lib/chromium/chromium", "chromium", "chromium-browser",
                        "google-chrome") if (found := shutil.which(name))),
    "",
)  # fmt: skip
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-extensions",
    "--disable-sync", "--mute-audio", "--hide-scrollbars", "--remote-debugging-pipe",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--renderer-process-limit=1",
)  # fmt: skip
_PATIENCE = 300.0
# what a file page asks for by itself is no request of the page
_OWN = ("chrome", "devtools", "about", "data")


class Browser:
    """One browser with one tab; `errors` and `requests` collect what pages do."""

    def __init__(self, home: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()
        # out of the way of 3 and 4, where the child wants them
        read, write = (fcntl.fcntl(fd, fcntl.F_DUPFD, 20) for fd in (ours[0], theirs[1]))
        arguments = [PROGRAM, *_FLAGS, f"--user-data-dir={home / 'profile'}", "about:blank"]
        log = os.open(home / "chromium.log", os.O_WRONLY | os.O_CREAT)
        self.process = os.posix_spawn(
            PROGRAM, arguments, {**os.environ, "HOME": str(home)},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2),
                (os.POSIX_SPAWN_DUP2, read, 3), (os.POSIX_SPAWN_DUP2, write, 4),
            ],
        )  # fmt: skip
        for fd in (read, write, ours[0], theirs[1], log):
            os.close(fd)
        self._in, self._out = ours[1], theirs[0]
        self._rest, self._number, self._session = b"", 0, ""
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        (page,) = (target for target in self._call("Target.getTargets")["targetInfos"]
                   if target["type"] == "page")  # fmt: skip
        attached = self._call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, page: Path, *, width: int = 1400, dark: bool = False) -> None:
        """Load a file and wait until it is done."""
        self.errors.clear()
        self.requests.clear()
        self.look(width=width, dark=dark)
        self._loaded = False
        self._call("Page.navigate", url=page.as_uri())
        while not self._loaded:
            self._read()

    def look(self, *, width: int = 1400, dark: bool = False, media: str = "") -> None:
        """Choose the window's width, light or dark, and `print` or screen."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900,
                   deviceScaleFactor=1, mobile=False)  # fmt: skip

    def value(self, expression: str) -> Any:
        """What JavaScript says in the page; promises are awaited."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True,
                            awaitPromise=True)  # fmt: skip
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, *keys: str) -> None:
        """Real key presses, one after the other; a key of one letter also types it."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            self._call("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
            self._call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, file: Path, *, height: int | None = None) -> None:
        """A PNG of the window, or of the page down to `height`."""
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.value(drawn + ".then(() => 1)")
        clip = {} if height is None else {"captureBeyondViewport": True, "clip": {
            "x": 0, "y": 0, "scale": 1, "height": height,
            "width": self.value("document.documentElement.clientWidth"),
        }}  # fmt: skip
        answer = self._call("Page.captureScreenshot", format="png", **clip)
        file.write_bytes(base64.b64decode(answer["data"]))

    def pdf(self, file: Path) -> None:
        """The page as it prints."""
        answer = self._call("Page.printToPDF", printBackground=False)
        file.write_bytes(base64.b64decode(answer["data"]))

    def close(self) -> None:
        """End it, and wait until it has."""
        os.close(self._in)
        os.close(self._out)
        os.waitpid(self.process, 0)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._in, json.dumps(message).encode() + b"\0")
        wanted = self._number
        while True:
            answer = self._read()
            if answer.get("id") == wanted:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + _PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            part = os.read(self._out, 1 << 20)
            assert part, "the browser has gone"
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        self._event(message.get("method", ""), message.get("params", {}))
        return message

    def _event(self, name: str, said: dict[str, Any]) -> None:
        if name == "Page.loadEventFired":
            self._loaded = True
        elif name == "Runtime.exceptionThrown":
            self.errors.append(str(said["exceptionDetails"]))
        elif name == "Runtime.consoleAPICalled":
            self.errors.append(str(said["args"]))
        elif name == "Log.entryAdded" and said["entry"]["level"] in ("warning", "error"):
            self.errors.append(str(said["entry"]["text"]))
        elif name == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])


def outside(requests: Sequence[str], page: Path) -> list[str]:
    """The requests beyond the page itself."""
    return [url for url in requests
            if url != page.as_uri() and url.partition(":")[0] not in _OWN]  # fmt: skip
