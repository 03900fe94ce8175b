"""Lays a run folder as the service would and runs the real worker in it, in this process or in one of its own."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import tiny_models
from server import environment

from polyglot_trainer.presets import fill_in
from polyglot_trainer.run_folder import RunFolder, read_json
from polyglot_trainer.worker.main import run

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


class WorkerRun:
    def __init__(self, folder: Path, model: Path, template: str, spec: dict, rows: bytes | None = None):
        self.folder = RunFolder(folder)
        basic = {"model": {"id": "tiny", "revision": "main"}, "template": template, "data": {"sha256": "0" * 64}}
        train = {"maxSteps": 8, "batchSize": 2, "gradAccum": 1, "saveEvery": 3, "learningRate": 1e-3}
        spec = {**basic, **spec, "train": {**train, **spec.get("train", {})}}
        self.spec = fill_in(spec, cpu_only=True)
        self.spec["engine"]["gpus"] = 0
        self.model = model
        self.folder.prepare(self.spec, {})
        (self.folder.data / "train.jsonl").write_bytes(rows or tiny_models.rows())
        self.attempt = 0

    def plan(self, *, step: int = 0, kind: str = "train", **more) -> None:
        """The next attempt, from the checkpoint of `step`."""
        self.attempt += 1
        name = f"checkpoint-{step}"
        recorded = [one for one in self.events("run.checkpoint") if one["data"]["step"] == step]
        checkpoint = {"name": name, "manifestSha256": recorded[-1]["data"]["manifestSha256"]} if step else None
        self.folder.cancel.unlink(missing_ok=True)
        plan = {
            "attempt": self.attempt,
            "kind": kind,
            "fromStep": step,
            "checkpoint": checkpoint,
            "model": {"id": "tiny", "folder": str(self.model), "revision": "main"},
            "sets": {"train": "data/train.jsonl"},
            **more,
        }
        self.folder.attempt(self.attempt).prepare(plan)
        self.folder.allow(self.attempt)

    def here(self) -> int:
        """The worker's exit code, run in this process: its libraries are loaded once for all tests."""
        kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            return run(self.folder.path, self.attempt)
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def command(self, *launcher: str, python: str = sys.executable) -> subprocess.Popen:
        command = [python, *(launcher or ("-m",)), "polyglot_trainer", "worker"]
        with open(self.folder.attempt(self.attempt).stdout, "ab") as log:
            return subprocess.Popen(
                [*command, str(self.folder.path), str(self.attempt)],
                stdout=log,
                stderr=log,
                env={**environment(), **OFFLINE},
            )

    def events(self, type: str, attempt: int | None = None) -> list[dict]:
        numbers = range(1, self.attempt + 1) if attempt is None else [attempt]
        found = []
        for number in numbers:
            path = self.folder.attempt(number).events
            if path.exists():
                found += [json.loads(line) for line in path.read_text("utf8").splitlines()]
        return [one for one in found if one["type"] == type]

    def losses(self, attempt: int | None = None) -> dict[int, float]:
        return {one["data"]["step"]: one["data"]["loss"] for one in self.events("run.metric", attempt)}

    def status(self) -> dict:
        return read_json(self.folder.attempt(self.attempt).status)

    def copy(self, folder: Path) -> "WorkerRun":
        shutil.copytree(self.folder.path, folder)
        twin = object.__new__(WorkerRun)
        twin.__dict__.update(self.__dict__)
        twin.folder = RunFolder(folder)
        return twin
