"""A small real process that keeps the worker's contract of files without torch; for tests of the service only.

Chosen in trainer.toml: `worker = { command = ["python", "…/stub_worker.py"] }`. What it does is told by the field
`stub` of the first row of the dataset: steps, delayS, end (succeeded, failed:REASON, crash:CODE, signal:NUMBER, hang),
ignoreTerm, stderrBytes, nonFiniteAt, saveEvery, child (a process that outlives it), garbage.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from polyglot_trainer.clock import timestamp
from polyglot_trainer.run_folder import RunFolder, read_json, write_json
from polyglot_trainer.worker.manifest import write_manifest

STOPPED, FAILED, SUPERSEDED = 10, 20, 75
DEFAULTS = {"steps": 8, "delayS": 0.01, "end": "succeeded", "saveEvery": 2}


class Stopped(Exception):
    pass


class Superseded(Exception):
    pass


class Stub:
    def __init__(self, folder: Path, attempt: int):
        self.folder = RunFolder(folder)
        self.number = attempt
        self.attempt = self.folder.attempt(attempt)
        self.plan = read_json(self.attempt.plan)
        self.spec = read_json(self.folder.spec)
        self.n, self.step, self.stopped = 0, 0, False
        self.started_at = timestamp()
        self.orders = {**DEFAULTS, **self._orders()}

    def _orders(self) -> dict:
        names = list(self.plan["sets"].values())
        if not names:
            return {}
        with open(self.folder.path / names[0], encoding="utf8") as file:
            return json.loads(file.readline()).get("stub", {})

    def emit(self, type: str, data: dict) -> None:
        self.check_allowed()
        self.n += 1
        line = json.dumps({"n": self.n, "ts": timestamp(), "type": type, "data": data}, ensure_ascii=False)
        with open(self.attempt.events, "ab") as file:
            file.write(line.encode() + b"\n")

    def check_allowed(self) -> None:
        if self.folder.allowed() != self.number:
            raise Superseded

    def status(self, outcome: str | None, **more) -> None:
        write_json(
            self.attempt.status,
            {
                "pid": os.getpid(),
                "host": os.uname().nodename,
                "startedAt": self.started_at,
                "outcome": outcome,
                "lastStep": self.step,
                "lastN": self.n,
                "endedAt": timestamp() if outcome else None,
                **more,
            },
        )

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self._on_term)
        self.status(None)
        if child := self.orders.get("child"):
            subprocess.Popen(child, stdin=subprocess.DEVNULL)
        try:
            self.emit("run.state", {"state": "preparing"})
            {"train": self.train, "eval": self.evaluate, "measure": self.measure}[self.plan["kind"]]()
        except Stopped:
            self.save()
            self.status("stopped")
            return STOPPED
        except Superseded:
            return SUPERSEDED
        return self.end()

    def _on_term(self, *_) -> None:
        if not self.orders.get("ignoreTerm"):
            self.stopped = True

    def train(self) -> None:
        start, steps = self.plan["fromStep"], self.orders["steps"]
        self.emit("run.data", run_data(self.spec))
        self.emit("run.state", {"state": "running", "fromStep": start})
        self.step = start
        sys.stderr.write("x" * 79 + "\n" if self.orders.get("stderrBytes") else "")
        for _ in range(self.orders.get("stderrBytes", 0) // 80):
            sys.stderr.write("y" * 79 + "\n")
        if self.orders.get("garbage"):
            with open(self.attempt.events, "ab") as file:
                file.write(b"{not json\n" + b"z" * 70_000 + b"\n")
        while self.step < steps:
            self.one_step(steps)
        if self.orders["end"] == "hang":
            while True:
                self.rest(0.05)

    def one_step(self, steps: int) -> None:
        self.rest(self.orders["delayS"])
        self.step += 1
        loss = 4 / self.step
        metric = {
            "step": self.step,
            "epoch": self.step / steps,
            "loss": loss,
            "lr": 1e-4,
            "tokens": 100 * self.step,
            "trainTokens": 60 * self.step,
            "tokensPerS": 1000.0,
            "hostMemGiB": 0.1,
        }
        if self.orders.get("nonFiniteAt") == self.step:
            metric |= {"loss": None, "nonFinite": {"loss": "nan"}}
        self.emit("run.metric", metric)
        progress = {"phase": "training", "step": self.step, "totalSteps": steps, "epoch": self.step / steps}
        self.emit("run.progress", {**progress, "elapsedS": 0.1, "etaS": 1})
        print(f"step {self.step}", flush=True)
        if self.step % self.orders["saveEvery"] == 0:
            self.save()

    def rest(self, seconds: float) -> None:
        time.sleep(seconds)
        self.check_allowed()
        if self.stopped or (self.folder.cancel.exists() and not self.orders.get("ignoreTerm")):
            raise Stopped

    def save(self) -> None:
        if self.step == 0 or self.plan["kind"] != "train":
            return
        path = self.folder.checkpoints / f"checkpoint-{self.step}"
        path.mkdir(exist_ok=True)
        (path / "model.safetensors").write_bytes(b"weights of step %d" % self.step)
        manifest = write_manifest(path)
        metrics = {"loss": 4 / self.step}
        data = {"step": self.step, "name": path.name, "bytes": manifest.bytes, "manifestSha256": manifest.sha256}
        self.emit("run.checkpoint", {**data, "metrics": metrics, "removed": False})

    def end(self) -> int:
        how, _, detail = self.orders["end"].partition(":")
        if how == "crash":
            return int(detail)
        if how == "signal":
            os.kill(os.getpid(), int(detail))
        if how == "failed":
            self.status("failed", reason=detail, message=f"The stub was told to fail with {detail}.")
            return FAILED
        self.emit("run.state", {"state": "finalizing"})
        if self.plan["kind"] == "train":
            self.artifact("adapter/adapter_model.safetensors", b"adapter" * 100_000, "adapter")
            self.artifact("report.json", b'{"ok":true}\n', "report")
        self.status("succeeded")
        return 0

    def artifact(self, name: str, content: bytes, kind: str) -> None:
        path = self.folder.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        step = self.step if kind == "adapter" else None
        self.emit("artifact.ready", {"name": name, "sha256": digest, "bytes": len(content), "kind": kind, "step": step})

    def evaluate(self) -> None:
        self.emit("run.state", {"state": "running", "fromStep": 0})
        languages = []
        for language in self.spec["languages"]:
            for task in self.spec["tasks"]:
                self.rest(self.orders["delayS"])
                self.emit("eval.progress", {"task": task, "language": language, "done": 1, "total": 2, "etaS": None})
                self.emit("eval.result", eval_result(self.spec, task, language))
            done = len(self.spec["tasks"])
            languages.append({"language": language, "expected": done, "done": done, "missing": []})
        self.emit("eval.summary", {"languages": languages})

    def measure(self) -> None:
        self.emit("run.state", {"state": "running", "fromStep": 0})
        results = []
        with open(self.folder.path / self.plan["sets"]["train"], "rb") as file:
            for line in file:
                text = line.removesuffix(b"\n")
                digest = hashlib.sha256(text).hexdigest()
                size = len(text)
                results.append({"sampleSha256": digest, "nll": 1.5, "tokens": 3, "bytes": size, "truncated": False})
        for start in range(0, len(results), 200):
            self.emit("measure.result", {"results": results[start : start + 200]})
        sums = {name: sum(row[name] for row in results) for name in ("nll", "tokens", "bytes")}
        self.emit("measure.summary", {"rows": len(results), "failed": 0, **sums})


def run_data(spec: dict) -> dict:
    return {
        "rows": 2,
        "used": 2,
        "dropped": {"tooLong": 0, "noTrainedTokens": 0},
        "truncated": 0,
        "tokens": 20,
        "trainTokens": 12,
        "longestTokens": 11,
        "maxLength": spec["data"]["maxLength"],
        "lossOn": spec["data"]["lossOn"],
        "template": spec["template"],
        "packing": False,
        "sample": {"line": 1, "segments": [{"text": "Hallo", "trained": False}, {"text": "Tag", "trained": True}]},
    }


def eval_result(spec: dict, task: str, language: str) -> dict:
    return {
        "task": task,
        "language": language,
        "metric": "acc",
        "value": 0.5,
        "stderr": 0.1,
        "n": 2,
        "shots": 0,
        "template": spec["template"],
        "backend": spec["backend"],
        "versions": {"stub": "1"},
        "datasetSha256": spec["data"].get(f"{task}:{language}", "0" * 64),
        "seed": spec["seed"],
    }


def check(folder: Path) -> int:
    report = {"ok": True, "rows": 2, "steps": 1, "tokens": 20, "trainTokens": 12, "truncated": 0}
    segments = [{"text": "Question?", "trained": False}, {"text": "Answer.", "trained": True}]
    report |= {"longestTokens": 11, "sample": {"line": 1, "segments": segments}}
    write_json(folder / "check.json", {**report, "dropped": {"tooLong": 0, "noTrainedTokens": 0}, "errors": []})
    return 0


if __name__ == "__main__":
    where, which = Path(sys.argv[1]), int(sys.argv[2])
    sys.exit(check(where) if "--check" in sys.argv else Stub(where, which).run())
