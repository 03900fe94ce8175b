"""Idempotency keys: one key, one intent, one run (§9)."""

import hashlib
import time

from polyglot_trainer.errors import TrainerError
from polyglot_trainer.limits import TOMBSTONE_S
from polyglot_trainer.store.database import Database
from polyglot_trainer.strict_json import canonical

# The protocol asks for 90 days at least.
_KEPT_S = 120 * 24 * 3600


class Launches:
    def __init__(self, db: Database):
        self._db = db

    def earlier(self, method: str, params: dict) -> str | None:
        """The run that this very request made before. Raises `launch_cancelled` or `idempotency_conflict`."""
        key = params["idempotencyKey"]
        row = self._db.one("SELECT * FROM launches WHERE key = ?", key)
        if row is None:
            tombstone = self._db.one("SELECT until FROM tombstones WHERE key = ?", key)
            if tombstone and tombstone["until"] > time.time():
                raise TrainerError("launch_cancelled", "This launch was cancelled before it arrived.")
            return None
        if row["run_id"] is None:
            raise TrainerError("launch_cancelled", "The run of this key was deleted.")
        if (row["method"], row["hash"]) != (method, hash_of(params)):
            message = "This key was used for something else. Make a new key for a new intent."
            raise TrainerError("idempotency_conflict", message, runId=row["run_id"])
        return row["run_id"]

    def remember(self, method: str, params: dict, run_id: str) -> None:
        """To be called in the transaction that creates the run."""
        self.restore(params["idempotencyKey"], method, hash_of(params), run_id)

    def restore(self, key: str, method: str, digest: str, run_id: str) -> None:
        self._db.run("INSERT OR IGNORE INTO launches VALUES (?,?,?,?,?)", key, method, digest, run_id, time.time())

    def run_of(self, key: str) -> str | None:
        row = self._db.one("SELECT run_id FROM launches WHERE key = ?", key)
        return row["run_id"] if row else None

    def is_known(self, key: str) -> bool:
        return self._db.one("SELECT 1 FROM launches WHERE key = ?", key) is not None

    def bury(self, key: str) -> None:
        """A launch with this key that arrives later is refused for a while."""
        self._db.run("INSERT OR REPLACE INTO tombstones VALUES (?,?)", key, time.time() + TOMBSTONE_S)

    def forget_run(self, run_id: str) -> None:
        self._db.run("UPDATE launches SET run_id = NULL WHERE run_id = ?", run_id)

    def sweep(self) -> None:
        self._db.run("DELETE FROM tombstones WHERE until < ?", time.time())
        self._db.run("DELETE FROM launches WHERE created_at < ?", time.time() - _KEPT_S)


def hash_of(params: dict) -> str:
    rest = {name: value for name, value in params.items() if name != "idempotencyKey"}
    return hashlib.sha256(canonical(rest).encode()).hexdigest()
