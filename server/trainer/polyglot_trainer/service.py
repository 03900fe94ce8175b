"""Puts the parts of the service together; what a method needs and no single part can do stands here."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

from polyglot_trainer import preflight
from polyglot_trainer.clock import timestamp
from polyglot_trainer.config import Config
from polyglot_trainer.engines.engine import Engine
from polyglot_trainer.engines.known import make_engines
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.gateway.subscriptions import Changes
from polyglot_trainer.gateway.uploads import Uploads
from polyglot_trainer.gpus import Gpu
from polyglot_trainer.jobs import Jobs
from polyglot_trainer.launching import Launching
from polyglot_trainer.leases import Leases
from polyglot_trainer.offers import Offers
from polyglot_trainer.rebuild import rebuild
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.spec import kind_of
from polyglot_trainer.store.database import Database
from polyglot_trainer.store.datasets import Datasets
from polyglot_trainer.store.launches import Launches
from polyglot_trainer.store.runs import Runs
from polyglot_trainer.store.tokens import Tokens
from polyglot_trainer.supervisor import Supervisor

_SWEEP_EVERY_S = 600


class Service:
    def __init__(self, config: Config, gpus: list[Gpu], engines: dict[str, Engine] | None = None):
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.config, self.gpus = config, gpus
        self.db = Database(config.data / "trainer.db")
        self.changes = Changes()
        self.runs = Runs(self.db, self.changes.tell, config.limits.eventBytes)
        self.launches, self.tokens = Launches(self.db), Tokens(self.db)
        self.datasets = Datasets(self.db, config.data, config.limits)
        self.uploads = Uploads(self.datasets)
        self.engines = make_engines(config, gpus) if engines is None else engines
        self.offers = Offers(config, self.engines, gpus, self.datasets)
        self.jobs = Jobs(config, self.db, self.datasets)
        self.leases = Leases(self.db, _devices(config, gpus))
        self.supervisor = Supervisor(config, self.db, self.runs, self.jobs, self.leases, self.engines)
        self.launching = Launching(
            config, self.db, self.runs, self.launches, self.offers, self.jobs, self.supervisor.wake
        )
        self._committing: dict[str, asyncio.Task] = {}
        self.deleted_listeners: list = []
        if self.db.is_new:
            rebuild(self)

    async def run(self) -> None:
        """Follows runs and keeps house until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.supervisor.run())
            group.create_task(self._keep_house())

    async def _keep_house(self) -> None:
        while True:
            self.datasets.sweep()
            self.launches.sweep()
            await asyncio.sleep(_SWEEP_EVERY_S)

    def identity(self) -> dict:
        return {"serverId": self.db.meta("server_id"), "logEpoch": self.db.meta("log_epoch"), "time": timestamp()}

    def engine_states(self) -> list[dict]:
        states = []
        for name in self.engines:
            seen = self.supervisor.seen_at[name]
            reachable = self.supervisor.reachable[name]
            states.append({"name": name, "reachable": reachable, "lastSeenAt": timestamp(seen) if seen else None})
        return states

    def check_open_uploads(self, connection, sha256: str, kind: str) -> None:
        """Raises `quota_exceeded` if this connection may not open one more."""
        sql = "SELECT upload_id FROM uploads WHERE sha256 = ? AND kind = ? AND done = 0"
        row = self.db.one(sql, sha256, kind)
        is_own = row is not None and self.uploads.owns(row["upload_id"], connection)
        known = self.datasets.find(sha256, kind) is not None
        if not is_own and not known and self.uploads.count(connection) >= self.config.limits.uploads:
            raise TrainerError("quota_exceeded", f"{self.config.limits.uploads} uploads may be open at once.")

    async def commit(self, upload_id: str) -> dict:
        """The dataset of a complete upload; repeated and doubled requests get the same answer."""
        upload = self.datasets.upload(upload_id)
        if upload is None:
            raise TrainerError("upload_unknown", "This upload expired or never was. Begin again.")
        if upload["done"]:
            return self.datasets.find(upload["sha256"], upload["kind"])
        if upload_id not in self._committing:
            task = asyncio.create_task(self._commit(upload))
            self._committing[upload_id] = task
            task.add_done_callback(lambda _: self._committing.pop(upload_id, None))
        return await asyncio.shield(self._committing[upload_id])

    async def _commit(self, upload: sqlite3.Row) -> dict:
        upload_id = upload["upload_id"]
        have, want = self.datasets.stored(upload_id), upload["bytes"]
        if have != want:
            message = f"{have} of {want} bytes have arrived."
            raise TrainerError("length_mismatch", message, retryable=True, have=have, want=want)
        self.uploads.close(upload_id)
        try:
            rows = await asyncio.to_thread(self.datasets.check, upload)
        except TrainerError as error:
            if error.code == "hash_mismatch":
                self.datasets.erase_upload(upload_id)
            raise
        return self.datasets.keep(upload, rows)

    def artifacts(self, run_id: str) -> list[dict]:
        rows = self.db.all("SELECT * FROM artifacts WHERE run_id = ? ORDER BY name", run_id)
        return [{name: row[name] for name in ("name", "sha256", "bytes", "kind", "step")} for row in rows]

    def artifact_path(self, sha256: str) -> tuple[Path, int] | None:
        """A file with this content, and its length; any run's will do."""
        for row in self.db.all("SELECT * FROM artifacts WHERE sha256 = ?", sha256):
            path = self.jobs.folder(row["run_id"]).out / row["name"]
            if path.is_file() and not path.is_symlink() and path.stat().st_size == row["bytes"]:
                return path, row["bytes"]
        return None

    def log_path(self, row: sqlite3.Row, attempt: int, stream: str) -> Path:
        files = self.jobs.folder(row["run_id"]).attempt(attempt)
        if stream == "worker":
            return files.stdout
        engine = self.engines.get(row["engine"])
        return engine.log_path(None, files.path) if engine else files.engine_log

    async def delete(self, run_id: str) -> None:
        """Log, folder and artifacts; other runs hold links of their own to files they share."""
        with self.db.transaction():
            self.launches.forget_run(run_id)
            self.runs.delete(run_id)
        folder = self.jobs.folder(run_id).path
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        self.changes.tell(run_id)
        for listener in self.deleted_listeners:
            listener(run_id)

    async def preflight(self, spec: dict, depth: str) -> dict:
        kind = "eval" if "target" in spec else kind_of(spec)
        filled = self.offers.resolve(kind, spec)
        if kind != "train":
            raise TrainerError("capability_missing", "Only training runs can be checked before their launch.")
        dataset = self.datasets.find(filled["data"]["sha256"], "sft-jsonl")
        guess = preflight.quick(self.config, filled, dataset, self.gpus)
        if depth == "quick":
            return guess
        if not self.config.full_preflight:
            raise TrainerError(
                "capability_missing", "This trainer's host has no models; only a quick check is offered."
            )

        def prepare(folder: RunFolder):
            return self.jobs.prepare_check(filled, folder)

        return await preflight.full(self.config, filled, prepare, guess)

    def close(self) -> None:
        self.db.close()


def _devices(config: Config, gpus: list[Gpu]) -> list[str]:
    """GPUs, or as many places for runs as the administrator says where there are none."""
    if gpus:
        return [gpu.index for gpu in gpus]
    local = config.engine("local")
    places = int(local.options.get("places", 1)) if local else 1
    return [f"place-{number}" for number in range(places)]
