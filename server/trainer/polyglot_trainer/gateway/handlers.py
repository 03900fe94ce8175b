"""The methods of the protocol (§5), each a few lines over the service's parts."""

import asyncio
import base64
import json
import shutil

from polyglot_trainer import __version__
from polyglot_trainer.clock import timestamp
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.gateway.artifact_reader import read_artifact
from polyglot_trainer.gateway.log_slice import read_slice
from polyglot_trainer.service import Service
from polyglot_trainer.states import FINAL, INTERRUPTED, LOST
from polyglot_trainer.store.runs import encode_run

SERVER = {"name": "polyglot-trainer", "version": __version__, "practice": False}
# Room for the frame of a response around its events.
_SPARE_BYTES = 4096


class Handlers:
    """`connection` is whoever asks: it owns subscriptions, uploads and the binary side."""

    def __init__(self, service: Service):
        self._service = service
        self.table = {
            "runs.launch": self._launch,
            "runs.get": self._get,
            "runs.list": self._list,
            "runs.cancel": self._cancel,
            "runs.resume": self._resume,
            "runs.delete": self._delete,
            "runs.subscribe": self._subscribe,
            "runs.unsubscribe": self._unsubscribe,
            "runs.events": self._events,
            "evals.launch": self._launch_eval,
            "datasets.begin": self._begin,
            "datasets.commit": self._commit,
            "artifacts.list": self._artifacts,
            "artifacts.read": self._read_artifact,
            "logs.read": self._read_log,
            "server.info": self._info,
            "server.preflight": self._preflight,
        }

    async def _launch(self, connection, params: dict) -> dict:
        return self._service.launching.launch("runs.launch", params, connection.may_launch)

    async def _launch_eval(self, connection, params: dict) -> dict:
        return self._service.launching.launch("evals.launch", params, connection.may_launch)

    async def _resume(self, connection, params: dict) -> dict:
        return self._service.launching.resume(params, connection.may_launch)

    async def _get(self, _connection, params: dict) -> dict:
        return {"run": encode_run(self._row(params["runId"]), with_spec=True)}

    async def _list(self, _connection, params: dict) -> dict:
        limit = params.get("limit", 50)
        before = _read_cursor(params["cursor"]) if "cursor" in params else None
        wanted = (params.get("kind"), params.get("states"), params.get("group"))
        rows = self._service.runs.page(*wanted, limit + 1, before)
        shown = rows[:limit]
        more = _write_cursor(shown[-1]["number"]) if len(rows) > limit else None
        return {"runs": [encode_run(row) for row in shown], "nextCursor": more}

    async def _cancel(self, _connection, params: dict) -> dict:
        run_id = params.get("runId") or self._service.launches.run_of(params["idempotencyKey"])
        if run_id is None:
            if self._service.launches.is_known(params["idempotencyKey"]):
                raise TrainerError("not_found", "The run of this key was deleted.")
            self._service.launches.bury(params["idempotencyKey"])
            return {"tombstone": True}
        await self._service.supervisor.cancel(self._row(run_id), params.get("graceS", 120))
        return {"run": encode_run(self._row(run_id))}

    async def _delete(self, _connection, params: dict) -> dict:
        try:
            row = self._service.runs.row(params["runId"])
        except KeyError:
            return {"deleted": False}
        if row["state"] not in FINAL | {INTERRUPTED, LOST}:
            raise TrainerError("run_active", "Cancel the run first, or wait for its end.", runId=params["runId"])
        await self._service.delete(params["runId"])
        return {"deleted": True}

    async def _subscribe(self, connection, params: dict) -> dict:
        run_id, after = params["runId"], params["afterSeq"]
        row = self._row(run_id)
        self._check_cursor(row, after)
        connection.subscribe(run_id, after)
        return {"runId": run_id, "afterSeq": after, "lastSeq": row["last_seq"], "final": row["state"] in FINAL}

    async def _unsubscribe(self, connection, params: dict) -> dict:
        connection.unsubscribe(params["runId"])
        return {}

    async def _events(self, _connection, params: dict) -> dict:
        row = self._row(params["runId"])
        self._check_cursor(row, params["afterSeq"])
        most = self._service.config.limits.outboundMessageBytes - _SPARE_BYTES
        page = self._service.runs.events(params["runId"], params["afterSeq"], params.get("limit", 200), most)
        events = [json.loads(text) for text in page]
        last = events[-1]["seq"] if events else params["afterSeq"]
        return {
            "events": events,
            "lastSeq": row["last_seq"],
            "final": row["state"] in FINAL,
            "more": last < row["last_seq"],
        }

    async def _begin(self, connection, params: dict) -> dict:
        service = self._service
        service.check_open_uploads(connection, params["sha256"], params["kind"])
        answer = service.datasets.begin(params["sha256"], params["bytes"], params["kind"], params.get("name", ""))
        if not answer["exists"]:
            service.uploads.opened(answer["uploadId"], connection, params["bytes"], answer["offset"])
        return answer

    async def _commit(self, _connection, params: dict) -> dict:
        return {"dataset": await self._service.commit(params["uploadId"])}

    async def _artifacts(self, _connection, params: dict) -> dict:
        self._row(params["runId"])
        return {"artifacts": self._service.artifacts(params["runId"])}

    async def _read_artifact(self, connection, params: dict) -> dict:
        return await read_artifact(self._service, connection, params)

    async def _read_log(self, _connection, params: dict) -> dict:
        row = self._row(params["runId"])
        attempt = params.get("attempt", row["attempt"])
        if attempt > row["attempt"]:
            raise TrainerError("not_found", f"The run has {row['attempt']} attempts.", runId=params["runId"])
        path = self._service.log_path(row, attempt, params["stream"])
        return await asyncio.to_thread(read_slice, path, params["offset"], params.get("limit", 65_536))

    async def _info(self, _connection, _params: dict) -> dict:
        service = self._service
        active = service.runs.active()
        queued = sum(1 for row in active if row["state"] == "queued")
        return {
            **service.identity(),
            "server": SERVER,
            "capabilities": service.offers.capabilities(),
            "runs": {"queued": queued, "active": len(active) - queued},
            "diskFreeBytes": shutil.disk_usage(service.config.data).free,
            "engines": service.engine_states(),
        }

    async def _preflight(self, connection, params: dict) -> dict:
        if params["depth"] == "full":
            connection.may_launch()
        return await self._service.preflight(params["spec"], params["depth"])

    def _row(self, run_id: str):
        try:
            return self._service.runs.row(run_id)
        except KeyError as cause:
            raise TrainerError("not_found", f"There is no run {run_id}.", runId=run_id) from cause

    def _check_cursor(self, row, after: int) -> None:
        if after > row["last_seq"]:
            message = f"The run has {row['last_seq']} events. Start again from 0."
            raise TrainerError("cursor_ahead", message, lastSeq=row["last_seq"], runId=row["run_id"])


def greeting(service: Service) -> dict:
    """The common part of the answer to `initialize`."""
    identity = service.identity()
    return {**identity, "server": SERVER, "time": timestamp(), "capabilities": service.offers.capabilities()}


def _write_cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"n{number}".encode()).decode()


def _read_cursor(text: str) -> int:
    try:
        decoded = base64.urlsafe_b64decode(text.encode()).decode()
        return int(decoded.removeprefix("n"))
    except ValueError as cause:
        raise TrainerError("invalid_params", "This cursor is not one of ours.", param="/cursor") from cause
