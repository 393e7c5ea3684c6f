"""Logs sent to a server."""

from __future__ import annotations

import json
import urllib.parse
import warnings
from typing import Any

import numpy as np

from cornu.callbacks.callback import Callback
from cornu.core.errors import explain

_SECONDS = 10


class RemoteMonitor(Callback):
    """Send the logs of each epoch to a server: ``POST root + path``.

    Args:
        root, path: the address; http or https.
        field: name of the form field that holds the logs as JSON.
        headers: of the request.
        send_as_json: whether the logs are the body itself, as JSON, not a form field.

    Raises:
        ValueError: for another kind of address.

    Source: requests as ``keras.callbacks.RemoteMonitor``. A server that cannot be reached within 10 seconds, or
    refuses, gives a warning.
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ):
        if urllib.parse.urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(explain("RemoteMonitor", "an http or https address", repr(root), "Correct root."))
        self.root, self.path, self.field = root, path, field
        self.headers, self.send_as_json = headers, send_as_json

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        from urllib import request as web  # with http and ssl: 25 ms of `import cornu` otherwise

        text = json.dumps({"epoch": epoch, **{name: _plain(value) for name, value in (logs or {}).items()}})
        body = text if self.send_as_json else urllib.parse.urlencode({self.field: text})
        kind = "application/json" if self.send_as_json else "application/x-www-form-urlencoded"
        request = web.Request(
            self.root + self.path, body.encode(), {"Content-Type": kind, **(self.headers or {})}, method="POST"
        )
        try:
            with web.urlopen(request, timeout=_SECONDS):
                pass
        except OSError as error:
            do = "Training goes on; start the server, or correct root and path."
            warnings.warn(explain("RemoteMonitor", f"a server at {self.root + self.path}", error, do), stacklevel=2)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, bool, int, float)) else np.asarray(value).tolist()
