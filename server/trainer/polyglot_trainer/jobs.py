"""Makes the job of a run: its folder, its attempt's plan, the command line and the environment of its worker."""

import json
import os
import shutil
import sqlite3
from pathlib import Path

import polyglot_trainer
from polyglot_trainer.config import Config, Model
from polyglot_trainer.engines.engine import Job
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.datasets import Datasets

_SOURCE = str(Path(polyglot_trainer.__file__).parent.parent)
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "WANDB_DISABLED": "true",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUNBUFFERED": "1",
    # The package where it is not installed for this interpreter; -P below keeps the run folder out of the path.
    "PYTHONPATH": _SOURCE,
    "PYTHONSAFEPATH": "1",
}


class Jobs:
    def __init__(self, config: Config, db: Database, datasets: Datasets):
        self._config = config
        self._db = db
        self._datasets = datasets
        self._runs = config.data.resolve() / "runs"

    def folder(self, run_id: str) -> RunFolder:
        return RunFolder(self._runs / run_id)

    def prepare(self, row: sqlite3.Row, devices: tuple[str, ...]) -> Job:
        """Lays the run's files; safe to repeat. Raises KeyError or OSError if something it needs is gone."""
        spec, folder = json.loads(row["spec"]), self.folder(row["run_id"])
        folder.prepare(spec, self._launch(row))
        plan = {
            "attempt": row["attempt"],
            "kind": row["kind"],
            "fromStep": row["from_step"],
            "checkpoint": self._checkpoint(row, folder),
            "model": self._model(spec),
            "sets": self._place_sets(spec, row["kind"], folder),
            "lighteval": self._config.lighteval,
        }
        if row["kind"] == "eval" and "runId" in spec["target"]:
            plan["target"] = self._place_target(spec["target"], folder)
            plan["model"] = self._model(self._spec_of(spec["target"]["runId"]))
        folder.attempt(row["attempt"]).prepare(plan)
        folder.allow(row["attempt"])
        engine = spec["engine"]
        return Job(
            run_id=row["run_id"],
            attempt=row["attempt"],
            folder=folder,
            command=self._command(row, spec, folder),
            gpus=engine["gpus"],
            profile=engine.get("profile"),
            time_limit_s=engine.get("timeLimitS"),
            devices=devices,
            environment=self._environment(spec),
        )

    def prepare_check(self, spec: dict, folder: RunFolder) -> tuple[tuple[str, ...], dict[str, str]]:
        """A folder in which the worker can look at a training run without starting it: command and environment."""
        folder.prepare(spec, {"kind": "train"})
        plan = {"attempt": 1, "kind": "train", "fromStep": 0, "checkpoint": None, "model": self._model(spec)}
        folder.attempt(1).prepare({**plan, "sets": self._place_sets(spec, "train", folder)})
        folder.allow(1)
        return (*self._config.worker, str(folder.path), "1"), self._environment(spec)

    def _launch(self, row: sqlite3.Row) -> dict:
        """Enough to make the run's row, and to recognise a repeated request, after the database is gone."""
        launch = self._db.one("SELECT * FROM launches WHERE run_id = ? ORDER BY created_at LIMIT 1", row["run_id"])
        return {
            "key": launch["key"] if launch else None,
            "method": launch["method"] if launch else None,
            "hash": launch["hash"] if launch else None,
            "kind": row["kind"],
            "title": row["title"],
            "group": row["grp"],
            "parent": row["parent"],
            "engine": row["engine"],
            "createdAt": row["created_at"],
        }

    def _checkpoint(self, row: sqlite3.Row, folder: RunFolder) -> dict | None:
        """The checkpoint to start from; a resumed run takes its parent's along."""
        if not row["checkpoint"]:
            return None
        owner = row["run_id"]
        known = self._recorded(owner, row["checkpoint"])
        if known is None and row["parent"]:
            owner = row["parent"]
            known = self._recorded(owner, row["checkpoint"])
        if known is None:
            raise KeyError(row["checkpoint"])
        if owner != row["run_id"]:
            _link_tree(self.folder(owner).checkpoints / row["checkpoint"], folder.checkpoints / row["checkpoint"])
        return {"name": row["checkpoint"], "manifestSha256": known["manifest_sha256"]}

    def _recorded(self, run_id: str, name: str) -> sqlite3.Row | None:
        return self._db.one("SELECT * FROM checkpoints WHERE run_id = ? AND name = ? AND removed = 0", run_id, name)

    def _model(self, spec: dict) -> dict | None:
        choice = spec.get("model") or spec.get("target", {}).get("model")
        if choice is None:
            return None
        model: Model | None = self._config.model(choice["id"])
        if model is None:
            raise KeyError(choice["id"])
        return {
            "id": model.id,
            "folder": str(model.folder.resolve()) if model.folder else None,
            "revision": choice.get("revision", model.revisions[0]),
            "parameters": model.parameters,
        }

    def _spec_of(self, run_id: str) -> dict:
        row = self._db.one("SELECT spec FROM runs WHERE run_id = ?", run_id)
        if row is None:
            raise KeyError(run_id)
        return json.loads(row["spec"])

    def _place_sets(self, spec: dict, kind: str, folder: RunFolder) -> dict[str, str]:
        named = {}
        for label, sha256 in wanted_sets(spec, kind).items():
            file = f"{label}.jsonl" if kind == "train" else f"{sha256}.jsonl"
            folder.place_data(file, self._datasets.path(sha256))
            named[label] = f"data/{file}"
        return named

    def _place_target(self, target: dict, folder: RunFolder) -> dict:
        source = self.folder(target["runId"])
        step = target.get("step")
        origin = source.out if step is None else source.checkpoints / f"checkpoint-{step}"
        _link_tree(origin, folder.path / "target")
        return {"runId": target["runId"], "step": step, "mode": self._spec_of(target["runId"])["mode"]}

    def _command(self, row: sqlite3.Row, spec: dict, folder: RunFolder) -> tuple[str, ...]:
        tail = (str(folder.path), str(row["attempt"]))
        command = self._config.worker
        if spec.get("backend") == "unsloth" and self._config.unsloth:
            command = (self._config.unsloth, "-m", "polyglot_trainer", "worker")
        gpus = spec["engine"]["gpus"]
        if row["kind"] == "train" and gpus > 1 and command[1:3] == ("-m", "polyglot_trainer"):
            spread = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(gpus))
            command = (command[0], *spread, "-m", *command[2:])
        return (*command, *tail)

    def _environment(self, spec: dict) -> dict[str, str]:
        choice = spec.get("model") or spec.get("target", {}).get("model") or {}
        model = self._config.model(choice.get("id", ""))
        environment = dict(_QUIET)
        if model and model.hub:
            for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
                del environment[name]
            if model.hub_token and "HF_TOKEN" in os.environ:
                environment["HF_TOKEN"] = os.environ["HF_TOKEN"]
        return environment


def wanted_sets(spec: dict, kind: str) -> dict[str, str]:
    """The datasets a spec names, by the label the worker knows them under."""
    if kind == "eval":
        return dict(spec.get("data", {}))
    sets = {"train": spec["data"]["sha256"]}
    if spec["data"].get("evalSha256"):
        sets["eval"] = spec["data"]["evalSha256"]
    return sets


def _link_tree(source: Path, target: Path) -> None:
    """The same files under another name: hard links where the disk allows them, else copies."""
    if target.exists():
        return
    partial = target.with_name(f".{target.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(source, partial, copy_function=_link_or_copy)
    partial.replace(target)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
