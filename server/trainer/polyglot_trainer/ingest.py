"""Takes a worker's event file and logs into the store: inserting and moving the offset are one transaction."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from polyglot_trainer import states, strict_json
from polyglot_trainer.events import data_issues
from polyglot_trainer.objects import time as is_time
from polyglot_trainer.redact import redact
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.runs import Runs

_CHUNK_BYTES = 1024 * 1024
_LINE_BYTES = 65_536
_LOG_BYTES = 8 * 1024
# Events a second a run may send on average, and how many at once (§7).
_RATE, _BURST = 20, 60


class Ingest:
    """Reads on from where the last transaction ended, so a crash neither repeats nor loses an event."""

    def __init__(self, db: Database, runs: Runs, folder_of):
        self._db = db
        self._runs = runs
        self._folder_of = folder_of
        self._budgets: dict[str, _Budget] = {}

    def take(self, run_id: str, attempt: int, *, ended: bool = False, engine_log: Path | None = None) -> None:
        """Everything complete that the attempt has written; when it has ended, incomplete last lines too."""
        folder: RunFolder = self._folder_of(run_id)
        files = folder.attempt(attempt)
        budget = self._budgets.setdefault(run_id, _Budget())
        while self._events(run_id, attempt, files.events, ended, budget):
            pass
        for stream, path in (("worker", files.stdout), ("engine", engine_log or files.engine_log)):
            while self._log(run_id, attempt, stream, path, ended, budget):
                pass
        if ended:
            self._late_artifacts(run_id, attempt, files.events)

    def forget(self, run_id: str) -> None:
        self._budgets.pop(run_id, None)

    def _events(self, run_id: str, attempt: int, path: Path, ended: bool, budget: "_Budget") -> bool:
        """One chunk; True if there may be more."""
        offset = self._offset(run_id, attempt, "events")
        chunk = _read(path, offset)
        lines, used = _whole_lines(chunk, ended)
        if not used:
            return False
        with self._db.transaction():
            for line in lines:
                self._event(run_id, attempt, line)
            self._move(run_id, attempt, "events", offset + used)
        budget.spend(len(lines))
        return len(chunk) == _CHUNK_BYTES

    def _event(self, run_id: str, attempt: int, line: bytes) -> None:
        event = _parse(line)
        if event is None:
            message = f"A line of {len(line)} bytes in the worker's events could not be read."
            self._runs.append(run_id, "run.warning", {"code": "event_unreadable", "message": message}, attempt=attempt)
            return
        type, data = event["type"], event["data"]
        if type == "run.state":
            self._state(run_id, data, event["ts"])
            return
        if type == "run.error":
            # The service writes it just before `failed`, from status.json.
            return
        if type == "artifact.ready" and not self._artifact(run_id, data):
            return
        if type == "run.checkpoint":
            self._checkpoint(run_id, data)
        self._runs.append(run_id, type, data, ts=event["ts"], attempt=attempt)

    def _state(self, run_id: str, data: dict, ts: str) -> None:
        """A worker speaks of its own progress only; what may not follow now was overtaken, for example by a cancel."""
        state = data["state"]
        if state in states.OF_WORKER and states.may_follow(self._runs.row(run_id)["state"], state):
            extra = {"fromStep": data["fromStep"]} if isinstance(data.get("fromStep"), int) else {}
            self._runs.to_state(run_id, state, ts=ts, **extra)

    def _artifact(self, run_id: str, data: dict) -> bool:
        """Notes a file under out/; False if it is not there as described."""
        path = self._folder_of(run_id).out / data["name"]
        try:
            mode = os.lstat(path)
        except OSError:
            return False
        if not stat.S_ISREG(mode.st_mode) or mode.st_size != data["bytes"]:
            return False
        self._db.run(
            "INSERT OR REPLACE INTO artifacts VALUES (?,?,?,?,?,?)",
            *(run_id, data["name"], data["sha256"], data["bytes"], data["kind"], data["step"]),
        )
        return True

    def _late_artifacts(self, run_id: str, attempt: int, path: Path) -> None:
        """Files that were told of before they were here, as those of a cluster without a shared disk."""
        known = {row["name"] for row in self._db.all("SELECT name FROM artifacts WHERE run_id = ?", run_id)}
        with self._db.transaction():
            for event in _told_artifacts(path):
                data = event["data"]
                if data["name"] not in known and self._artifact(run_id, data):
                    known.add(data["name"])
                    self._runs.append(run_id, "artifact.ready", data, ts=event["ts"], attempt=attempt)

    def _checkpoint(self, run_id: str, data: dict) -> None:
        self._db.run(
            "INSERT OR REPLACE INTO checkpoints VALUES (?,?,?,?,?)",
            *(run_id, data["step"], data["name"], data["manifestSha256"], int(data["removed"])),
        )

    def _log(self, run_id: str, attempt: int, stream: str, path: Path, ended: bool, budget: "_Budget") -> bool:
        offset = self._offset(run_id, attempt, stream)
        chunk = _read(path, offset)
        text, used = _log_piece(chunk, ended)
        if not used:
            return False
        with self._db.transaction():
            if budget.allows():
                data = {"stream": stream, "offset": offset, "text": redact(text)}
                if len(text.encode()) < used:
                    data["truncated"] = True
                self._runs.append(run_id, "run.log", data, attempt=attempt)
            else:
                used = chunk.rfind(b"\n") + 1 or len(chunk)
                self._throttled(run_id, attempt, budget)
            self._move(run_id, attempt, stream, offset + used)
        return True

    def _throttled(self, run_id: str, attempt: int, budget: "_Budget") -> None:
        if not budget.told:
            budget.told = True
            message = "The worker prints faster than the log is sent; logs.read has everything."
            self._runs.append(run_id, "run.warning", {"code": "log_throttled", "message": message}, attempt=attempt)

    def _offset(self, run_id: str, attempt: int, stream: str) -> int:
        sql = "SELECT offset FROM tails WHERE run_id = ? AND attempt = ? AND stream = ?"
        row = self._db.one(sql, run_id, attempt, stream)
        return row["offset"] if row else 0

    def _move(self, run_id: str, attempt: int, stream: str, offset: int) -> None:
        self._db.run("INSERT OR REPLACE INTO tails VALUES (?,?,?,?)", run_id, attempt, stream, offset)


class _Budget:
    """A token bucket; metrics and states are always let through, but the logs behind them then wait."""

    def __init__(self):
        self._left = float(_BURST)
        self._at = time.monotonic()
        self.told = False

    def spend(self, count: int) -> None:
        now = time.monotonic()
        self._left = min(_BURST, self._left + (now - self._at) * _RATE) - count
        self._at = now

    def allows(self) -> bool:
        self.spend(0)
        if self._left < 1:
            return False
        self.spend(1)
        return True


def _parse(line: bytes) -> dict | None:
    """A well-formed event of a worker, else None."""
    try:
        event = strict_json.decode(line.decode()) if len(line) <= _LINE_BYTES else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("type"), str) or not isinstance(event.get("data"), dict):
        return None
    if list(is_time(event.get("ts"), "")) or not strict_json.is_well_formed(event):
        return None
    if strict_json.size_complaint(event, 16, 10_000):
        return None
    # A worker's run.state is short: the service fills in the rest.
    is_state = event["type"] == "run.state" and isinstance(event["data"].get("state"), str)
    return event if is_state or not data_issues(event["type"], event["data"]) else None


def _told_artifacts(path: Path) -> Iterator[dict]:
    """Every well-formed `artifact.ready` of an attempt's events."""
    try:
        with open(path, "rb") as file:
            for line in iter(lambda: file.readline(_LINE_BYTES + 1), b""):
                event = _parse(line.rstrip(b"\n")) if b'"artifact.ready"' in line else None
                if event and event["type"] == "artifact.ready":
                    yield event
    except OSError:
        return


def _read(path: Path, offset: int) -> bytes:
    """Opened anew each time: shared file systems keep stale sizes for open files."""
    try:
        with open(path, "rb") as file:
            file.seek(offset)
            return file.read(_CHUNK_BYTES)
    except OSError:
        return b""


def _whole_lines(chunk: bytes, ended: bool) -> tuple[list[bytes], int]:
    """Complete lines and how many bytes they are. A line that fills the chunk is given up as one."""
    used = chunk.rfind(b"\n") + 1
    if (used == 0 and (len(chunk) == _CHUNK_BYTES or (ended and chunk))) or (ended and len(chunk) < _CHUNK_BYTES):
        used = len(chunk)
    return [line for line in chunk[:used].split(b"\n") if line], used


def _log_piece(chunk: bytes, ended: bool) -> tuple[str, int]:
    """Up to 8 KiB of whole lines, or the beginning of a line that is longer; and the bytes it stands for."""
    head = chunk[:_LOG_BYTES]
    used = head.rfind(b"\n") + 1
    if used:
        return head[:used].decode(errors="replace"), used
    end = chunk.find(b"\n")
    if end >= 0:
        return head.decode(errors="ignore"), end + 1
    if len(chunk) == _CHUNK_BYTES or (ended and chunk):
        return head.decode(errors="ignore"), len(chunk)
    return "", 0
