"""The events of a run (§7): what each type must hold, and how a long one is cut to its limit."""

from polyglot_trainer.objects import artifact, count, run_id, sha256, time
from polyglot_trainer.schema import (
    Check,
    anything,
    flag,
    listing,
    nullable,
    number,
    one_of,
    record,
    table,
    text,
    whole,
)
from polyglot_trainer.strict_json import encode

_text = text()
_null_text = nullable(_text)
# null is "not finite" when `nonFinite` names it, else "unknown".
_measured = nullable(number())
_non_finite = record(one_of("nan", "inf", "-inf"))
_dropped = table({"tooLong": count, "noTrainedTokens": count})
_segment = table({"text": _text, "trained": flag})
_missing = table({"task": _text, "reason": one_of("not_available", "failed", "cancelled")})
_measured_row = table(
    {"sampleSha256": sha256, "nll": _measured, "tokens": count, "bytes": count, "truncated": flag},
    {"nonFinite": _non_finite},
)

DATA: dict[str, Check] = {
    "run.state": table(
        {
            "state": _text,
            "reason": _null_text,
            "fault": _null_text,
            "final": flag,
            "engine": _text,
            "engineHandle": _null_text,
        },
        {"message": _text, "fromStep": count, "forced": flag, "lastSeq": count, "truncated": flag},
    ),
    "run.progress": table(
        {
            "phase": one_of("loading", "tokenizing", "training", "saving", "evaluating"),
            "step": count,
            "totalSteps": nullable(count),
            "epoch": _measured,
            "elapsedS": _measured,
            "etaS": _measured,
        },
        {"nonFinite": _non_finite},
    ),
    "run.data": table(
        {
            "rows": count,
            "used": count,
            "dropped": _dropped,
            "truncated": count,
            "tokens": count,
            "trainTokens": count,
            "longestTokens": count,
            "maxLength": count,
            "lossOn": _text,
            "template": _text,
            "packing": flag,
            "sample": table({"line": count, "segments": listing(_segment)}),
        }
    ),
    "run.metric": table(
        {
            "step": count,
            "epoch": _measured,
            "loss": _measured,
            "lr": _measured,
            "tokens": count,
            "trainTokens": count,
            "tokensPerS": _measured,
        },
        {
            "evalLoss": _measured,
            "gradNorm": _measured,
            "gpuMemGiB": _measured,
            "hostMemGiB": _measured,
            "nonFinite": _non_finite,
        },
    ),
    "run.checkpoint": table(
        {
            "step": count,
            "name": _text,
            "bytes": count,
            "manifestSha256": sha256,
            "metrics": table({"loss": _measured}, {"evalLoss": _measured, "nonFinite": _non_finite}),
            "removed": flag,
        }
    ),
    "run.log": table({"stream": one_of("worker", "engine"), "offset": count, "text": _text}, {"truncated": flag}),
    "run.warning": table({"code": _text, "message": _text}, {"param": _text, "truncated": flag}),
    "run.error": table(
        {"code": _text, "message": _text}, {"param": _text, "rank": count, "traceTail": _text, "truncated": flag}
    ),
    "eval.progress": table({"task": _text, "language": _text, "done": count, "total": count, "etaS": _measured}),
    "eval.result": table(
        {
            "task": _text,
            "language": _text,
            "metric": _text,
            "value": _measured,
            "stderr": _measured,
            "n": count,
            "shots": count,
            "template": _text,
            "backend": _text,
            "versions": record(_text),
            "datasetSha256": sha256,
            "seed": count,
        },
        {"nonFinite": _non_finite},
    ),
    "eval.summary": table(
        {
            "languages": listing(
                table({"language": _text, "expected": count, "done": count, "missing": listing(_missing)})
            )
        }
    ),
    "measure.result": table({"results": listing(_measured_row, 0, 200)}),
    "measure.summary": table({"rows": count, "failed": count, "nll": _measured, "tokens": count, "bytes": count}),
    "artifact.ready": artifact,
}

_envelope = table(
    {"seq": whole(1), "ts": time, "attempt": count, "type": _text, "data": record(anything)}, {"runId": run_id}
)


def event_issues(event) -> list:
    """What is wrong with an event as a notification carries it. Unknown types are let through."""
    issues = list(_envelope(event, ""))
    return issues if issues else data_issues(event["type"], event["data"])


def data_issues(type: str, data) -> list:
    return list(DATA[type](data, "/data")) if type in DATA else []


def shorten(data: dict, limit: int) -> dict:
    """The same data in at most `limit` encoded bytes: its longest texts are cut, `truncated` says so."""
    if len(encode(data).encode()) <= limit:
        return data
    share = limit
    while share > 8:
        share //= 2
        cut = {**_cut(data, share), "truncated": True}
        if len(encode(cut).encode()) <= limit:
            return cut
    return {"truncated": True}


def _cut(value, most: int):
    """Texts of more than `most` bytes end at the last whole character before it."""
    if isinstance(value, str):
        raw = value.encode()
        return value if len(raw) <= most else raw[:most].decode(errors="ignore") + "…"
    if isinstance(value, dict):
        return {name: _cut(child, most) for name, child in value.items()}
    if isinstance(value, list):
        return [_cut(child, most) for child in value]
    return value
