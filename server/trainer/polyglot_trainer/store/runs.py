"""The runs and their event logs: `seq` is dense, and an event and what it says of its run are one transaction."""

import hashlib
import json
import secrets
import sqlite3
import time
from dataclasses import dataclass

from polyglot_trainer.clock import timestamp
from polyglot_trainer.events import shorten
from polyglot_trainer.states import ACTIVE, FINAL, QUEUED, fault_of
from polyglot_trainer.store.database import Database
from polyglot_trainer.strict_json import canonical, encode

# No letters that look alike.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
# Room for the envelope of an event around its data.
_ENVELOPE_BYTES = 512


@dataclass(frozen=True)
class NewRun:
    kind: str
    spec: dict
    engine: str
    title: str = ""
    group: str | None = None
    parent: str | None = None
    from_step: int = 0
    checkpoint: str | None = None


class Runs:
    """`changed` is called with a run's id after each transaction that stored events of it."""

    def __init__(self, db: Database, changed, event_bytes: int = 65_536):
        self._db = db
        self._changed = changed
        self._event_bytes = event_bytes

    def create(self, run: NewRun, *, run_id: str | None = None, created_at: str | None = None) -> str:
        """Stores a run with its first event, `queued`. To be called inside the caller's transaction."""
        run_id = run_id or _new_id(run.kind)
        spec = encode(run.spec)
        digest = hashlib.sha256(canonical(run.spec).encode()).hexdigest()
        self._db.run(
            "INSERT INTO runs (run_id, kind, grp, title, state, attempt, last_seq, step, created_at, engine, parent,"
            " spec, spec_sha256, from_step, checkpoint) VALUES (?,?,?,?,'queued',1,0,?,?,?,?,?,?,?,?)",
            *(run_id, run.kind, run.group, run.title, run.from_step, created_at or timestamp(), run.engine, run.parent),
            *(spec, digest, run.from_step, run.checkpoint),
        )
        self.to_state(run_id, QUEUED, reason="resumed" if run.parent else None)
        return run_id

    def append(self, run_id: str, type: str, data: dict, *, ts: str | None = None, attempt: int | None = None) -> int:
        """Stores one event; its `seq`."""
        with self._db.transaction():
            row = self.row(run_id)
            seq = row["last_seq"] + 1
            if data.get("final"):
                data = {**data, "lastSeq": seq}
            data = shorten(data, self._event_bytes - _ENVELOPE_BYTES)
            self._db.run(
                "INSERT INTO events VALUES (?,?,?,?,?,?)",
                *(run_id, seq, ts or timestamp(), row["attempt"] if attempt is None else attempt, type, encode(data)),
            )
            self._db.run("UPDATE runs SET last_seq = ?, last_event_at = ? WHERE run_id = ?", seq, time.time(), run_id)
            self._note(run_id, type, data)
        self._changed(run_id)
        return seq

    def to_state(self, run_id: str, state: str, *, reason: str | None = None, ts: str | None = None, **extra) -> int:
        """Stores `run.state`. The caller has looked at `states.may_follow`."""
        row = self.row(run_id)
        data = {
            "state": state,
            "reason": reason,
            "fault": fault_of(state, reason),
            "final": state in FINAL,
            "engine": row["engine"],
            "engineHandle": shown_handle(row["handle"]),
            **extra,
        }
        return self.append(run_id, "run.state", data, ts=ts)

    def _note(self, run_id: str, type: str, data: dict) -> None:
        """What the event says of its run."""
        if type == "run.state":
            self._note_state(run_id, data)
        elif type in ("run.progress", "run.metric"):
            total = data.get("totalSteps")
            self._db.run(
                "UPDATE runs SET step = ?, total_steps = COALESCE(?, total_steps) WHERE run_id = ?",
                *(data.get("step", 0), total, run_id),
            )
        elif type == "run.error":
            error = encode({"code": data.get("code", ""), "message": data.get("message", "")})
            self._db.run("UPDATE runs SET error = ? WHERE run_id = ?", error, run_id)

    def _note_state(self, run_id: str, data: dict) -> None:
        state, now = data["state"], timestamp()
        self._db.run(
            "UPDATE runs SET state = ?, reason = ?, fault = ? WHERE run_id = ?",
            *(state, data["reason"], data["fault"], run_id),
        )
        if state == "preparing":
            self._db.run("UPDATE runs SET started_at = COALESCE(started_at, ?) WHERE run_id = ?", now, run_id)
        if state in FINAL:
            self._db.run("UPDATE runs SET ended_at = ? WHERE run_id = ?", now, run_id)

    def row(self, run_id: str) -> sqlite3.Row:
        """Raises KeyError for an unknown run."""
        row = self._db.one("SELECT * FROM runs WHERE run_id = ?", run_id)
        if row is None:
            raise KeyError(run_id)
        return row

    def update(self, run_id: str, **columns) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.run(f"UPDATE runs SET {names} WHERE run_id = ?", *columns.values(), run_id)

    def active(self) -> list[sqlite3.Row]:
        """Runs that a worker exists for or will, oldest first."""
        marks = ",".join("?" * len(ACTIVE))
        return self._db.all(f"SELECT * FROM runs WHERE state IN ({marks}) ORDER BY number", *ACTIVE)

    def lost(self) -> list[sqlite3.Row]:
        return self._db.all("SELECT * FROM runs WHERE state = 'lost' ORDER BY number")

    def events(self, run_id: str, after: int, limit: int, most_bytes: int) -> list[str]:
        """Encoded events after a cursor, at least one where there is one, else as many as fit."""
        rows = self._db.all(
            "SELECT seq, ts, attempt, type, body FROM events WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
            *(run_id, after, limit),
        )
        page, used = [], 0
        for row in rows:
            text = _event_text(row)
            used += len(text.encode()) + 1
            if page and used > most_bytes:
                break
            page.append(text)
        return page

    def page(self, kind, states, group, limit: int, before: int | None) -> list[sqlite3.Row]:
        """Newest first; `before` is the number of the last run of the page before."""
        wheres, values = ["1"], []
        if kind:
            wheres.append("kind = ?")
            values.append(kind)
        if states is not None:
            wheres.append(f"state IN ({','.join('?' * len(states))})")
            values += states
        if group is not None:
            wheres.append("grp = ?")
            values.append(group)
        if before is not None:
            wheres.append("number < ?")
            values.append(before)
        sql = f"SELECT * FROM runs WHERE {' AND '.join(wheres)} ORDER BY number DESC LIMIT ?"
        return self._db.all(sql, *values, limit)

    def delete(self, run_id: str) -> None:
        """Forgets everything about a run but the keys that launched it: they stay refused."""
        with self._db.transaction():
            for table in ("events", "tails", "uses", "artifacts", "checkpoints", "leases", "runs"):
                self._db.run(f"DELETE FROM {table} WHERE run_id = ?", run_id)


def encode_run(row: sqlite3.Row, *, with_spec: bool = False) -> dict:
    """A Run as the protocol shows it (§4)."""
    run = {
        "runId": row["run_id"],
        "kind": row["kind"],
        "group": row["grp"],
        "title": row["title"],
        "state": row["state"],
        "reason": row["reason"],
        "fault": row["fault"],
        "final": row["state"] in FINAL,
        "attempt": row["attempt"],
        "lastSeq": row["last_seq"],
        "step": row["step"],
        "totalSteps": row["total_steps"],
        "createdAt": row["created_at"],
        "startedAt": row["started_at"],
        "endedAt": row["ended_at"],
        "engine": row["engine"],
        "engineHandle": shown_handle(row["handle"]),
        "parentRunId": row["parent"],
        "practice": False,
        "specSha256": row["spec_sha256"],
        "error": json.loads(row["error"]) if row["error"] else None,
    }
    return {**run, "spec": json.loads(row["spec"])} if with_spec else run


def shown_handle(handle: str | None) -> str | None:
    """The engine's own name for the job: a process id, a Slurm job, a Ray submission."""
    return None if handle is None else str(json.loads(handle).get("shown"))


def _event_text(row: sqlite3.Row) -> str:
    head = encode({"seq": row["seq"], "ts": row["ts"], "attempt": row["attempt"], "type": row["type"]})
    return f'{head[:-1]},"data":{row["body"]}}}'


def _new_id(kind: str) -> str:
    prefix = {"train": "r", "eval": "e", "measure": "m"}[kind]
    return f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(10))
