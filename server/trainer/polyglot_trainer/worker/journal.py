"""What the worker tells: events in a file of its attempt, and a status that says how it ended (trainer.md §3)."""

import math
import os
import time
from pathlib import Path

from polyglot_trainer.clock import timestamp
from polyglot_trainer.events import shorten
from polyglot_trainer.run_folder import RunFolder, write_json
from polyglot_trainer.strict_json import encode
from polyglot_trainer.worker.failures import Superseded

_EVENT_BYTES = 60_000
_SYNC_EVERY_S = 1


class Journal:
    """Only rank 0 writes; the others get a journal that is silent."""

    def __init__(self, folder: RunFolder, attempt: int, *, silent: bool = False):
        self._folder, self._attempt, self.is_silent = folder, attempt, silent
        self._files = folder.attempt(attempt)
        self._started_at = timestamp()
        self._n = 0
        self._synced = 0.0
        self._file = None if silent else open(self._files.events, "ab")  # noqa: SIM115
        self.step = 0

    def check_allowed(self) -> None:
        """Raises Superseded when another attempt was given the folder."""
        if self._folder.allowed() != self._attempt:
            raise Superseded

    def emit(self, type: str, data: dict) -> None:
        if self.is_silent:
            return
        self.check_allowed()
        self._n += 1
        data = shorten(finite(data), _EVENT_BYTES)
        line = encode({"n": self._n, "ts": timestamp(), "type": type, "data": data})
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        if time.monotonic() - self._synced > _SYNC_EVERY_S:
            self._sync()

    def warn(self, code: str, message: str, param: str | None = None) -> None:
        self.emit("run.warning", {"code": code, "message": message, **({"param": param} if param else {})})

    def status(self, outcome: str | None, **more) -> None:
        """Told at the start with no outcome, and once at the end."""
        if self.is_silent:
            return
        self.check_allowed()
        self._sync()
        record = {
            "pid": os.getpid(),
            "host": os.uname().nodename,
            "startedAt": self._started_at,
            "outcome": outcome,
            "lastStep": self.step,
            "lastN": self._n,
            "endedAt": timestamp() if outcome else None,
        }
        write_json(self._files.status, {**record, **{key: value for key, value in more.items() if value is not None}})

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    @property
    def attempt_path(self) -> Path:
        return self._files.path


def finite(data: dict) -> dict:
    """Numbers that are not finite become null and are named in `nonFinite` beside them (protocol §2)."""
    clean, odd = {}, {}
    for name, value in data.items():
        if isinstance(value, dict):
            clean[name] = finite(value)
        elif isinstance(value, list):
            clean[name] = [finite(one) if isinstance(one, dict) else one for one in value]
        elif isinstance(value, float) and not math.isfinite(value):
            clean[name] = None
            odd[name] = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
        else:
            clean[name] = value
    return {**clean, "nonFinite": {**data.get("nonFinite", {}), **odd}} if odd else clean
