"""The files of a run: the contract between service and worker, the same for every engine (trainer.md §3)."""

import contextlib
import json
import os
import shutil
from pathlib import Path


class RunFolder:
    """Names the files of one run; every file has one writer."""

    def __init__(self, path: Path):
        self.path = path
        self.spec = path / "spec.json"
        self.launch = path / "launch.json"
        self.current = path / "current"
        self.cancel = path / "cancel"
        self.data = path / "data"
        self.checkpoints = path / "checkpoints"
        self.out = path / "out"

    def attempt(self, number: int) -> "AttemptFolder":
        return AttemptFolder(self.path / f"attempt-{number}")

    def prepare(self, spec: dict, launch: dict) -> None:
        """Lays the folder; safe to repeat after a crash."""
        for folder in (self.path, self.data, self.checkpoints, self.out):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_json(self.spec, spec)
        write_json(self.launch, launch)

    def place_data(self, name: str, source: Path) -> None:
        """Hard link where the disk allows it, else a copy: the folder can then be moved as a whole."""
        target = self.data / name
        if target.exists():
            return
        try:
            os.link(source, target)
        except OSError:
            partial = target.with_suffix(".part")
            shutil.copyfile(source, partial)
            partial.replace(target)

    def allow(self, attempt: int) -> None:
        """From now on only this attempt may write; a worker of another one ends itself."""
        write_text(self.current, str(attempt))

    def allowed(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int(self.current.read_text())
        return None


class AttemptFolder:
    def __init__(self, path: Path):
        self.path = path
        self.plan = path / "attempt.json"
        self.events = path / "events.jsonl"
        self.status = path / "status.json"
        self.stdout = path / "stdout.log"
        self.engine_log = path / "engine.log"
        self.launcher = path / "launcher.json"
        self.lock = path / "lock"
        self.exit = path / "exit.json"
        # Which array the scheduler was asked for, and which of its tasks this attempt is.
        self.array = path / "array.json"

    def prepare(self, plan: dict) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_json(self.plan, plan)


def write_json(path: Path, value) -> None:
    write_text(path, json.dumps(value, ensure_ascii=False, allow_nan=False))


def write_text(path: Path, text: str) -> None:
    """Atomic: a reader sees the old file or the new one."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(partial, "w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_json(path: Path) -> dict | None:
    """The object in the file; None if it is missing, unreadable or no object. A worker's files are not trusted."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
