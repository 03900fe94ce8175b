"""The params of every method (§3, §5), and how one text message becomes a request."""

from typing import NamedTuple

from polyglot_trainer import strict_json
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.limits import Limits
from polyglot_trainer.objects import DATASET_KINDS, RUN_KINDS, count, run_id, sha256, transfer_id, uuid
from polyglot_trainer.schema import (
    SAFE_INTEGER,
    Check,
    Issue,
    anything,
    first_issue,
    listing,
    nullable,
    one_of,
    record,
    table,
    text,
    whole,
)

_spec = record(anything)
_title = text(0, 200)
_of_run = table({"runId": run_id})
_nothing = table({})
_client = table({"name": text(), "version": text()})
_cancel = table({}, {"runId": run_id, "idempotencyKey": uuid, "graceS": whole(0, 600)})


def _cancel_one(value, path):
    yield from _cancel(value, path)
    if isinstance(value, dict) and ("runId" in value) == ("idempotencyKey" in value):
        yield Issue("invalid_value", "Give exactly one of runId and idempotencyKey.", path)


PARAMS: dict[str, Check] = {
    "initialize": table(
        {
            "client": _client,
            "protocol": text(pattern=r"\d{1,4}\.\d{1,4}"),
            "logEpoch": nullable(uuid),
            "resume": listing(table({"runId": run_id, "afterSeq": count}), 0, 32),
        }
    ),
    "runs.launch": table({"idempotencyKey": uuid, "spec": _spec}, {"title": _title, "group": text(0, 64)}),
    "runs.get": _of_run,
    "runs.list": table(
        {},
        {
            "kind": one_of(*RUN_KINDS),
            "states": listing(text()),
            "group": text(0, 64),
            "limit": whole(1, 200),
            "cursor": text(),
        },
    ),
    "runs.cancel": _cancel_one,
    "runs.resume": table({"runId": run_id, "idempotencyKey": uuid}, {"fromStep": count}),
    "runs.delete": _of_run,
    "runs.subscribe": table({"runId": run_id, "afterSeq": count}),
    "runs.unsubscribe": _of_run,
    "runs.events": table({"runId": run_id, "afterSeq": count}, {"limit": whole(1, 1000)}),
    "evals.launch": table({"idempotencyKey": uuid, "spec": _spec}, {"title": _title, "group": text(0, 64)}),
    "datasets.begin": table(
        {"sha256": sha256, "bytes": whole(1), "kind": one_of(*DATASET_KINDS)}, {"name": text(0, 200)}
    ),
    "datasets.commit": table({"uploadId": transfer_id}),
    "artifacts.list": _of_run,
    "artifacts.read": table(
        {"sha256": sha256, "offset": count, "length": whole(1, 4_194_304), "transferId": transfer_id}
    ),
    "logs.read": table(
        {
            "runId": run_id,
            "stream": one_of("worker", "engine"),
            "offset": whole(-SAFE_INTEGER),
        },
        {"attempt": whole(1), "limit": whole(1, 65_536)},
    ),
    "server.info": _nothing,
    "server.preflight": table({"spec": _spec, "depth": one_of("quick", "full")}),
}


class Request(NamedTuple):
    id: int
    method: str
    params: dict


_envelope = table({"jsonrpc": one_of("2.0"), "id": whole(1), "method": text()}, {"params": record(anything)})


def read_request(message: str, limits: Limits) -> Request:
    """Raises TrainerError `parse_error` or `invalid_request`; both are answered with the id null."""
    try:
        value = strict_json.decode(message)
    except (strict_json.DoubledKey, RecursionError) as cause:
        raise TrainerError("invalid_request", str(cause) or "Nested too deep.") from cause
    except ValueError as cause:
        raise TrainerError("parse_error", f"Not JSON: {cause}") from cause
    complaint = strict_json.size_complaint(value, limits.jsonDepth, limits.jsonValues)
    issue = None if complaint else first_issue(_envelope, value)
    if issue:
        complaint = f"Not a request: {issue.param or 'it'} {issue.message}"
    if complaint:
        raise TrainerError("invalid_request", complaint)
    return Request(value["id"], value["method"], value.get("params", {}))


def check_params(method: str, params: dict) -> None:
    """Raises TrainerError `method_not_found` or `invalid_params`."""
    if method not in PARAMS:
        raise TrainerError("method_not_found", f"There is no method {method[:80]!r}.")
    if not strict_json.is_well_formed(params):
        raise TrainerError("invalid_params", "A text in params is not well-formed Unicode.")
    issue = first_issue(PARAMS[method], params)
    if issue:
        raise TrainerError("invalid_params", f"{issue.param or 'params'}: {issue.message}", param=issue.param)
