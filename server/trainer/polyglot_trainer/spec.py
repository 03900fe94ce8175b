"""What a run is asked to do: specs for training, evaluating, measuring. Unknown fields are refused (trainer.md §5)."""

from polyglot_trainer.objects import name, run_id, sha256
from polyglot_trainer.schema import (
    Check,
    Issue,
    either,
    flag,
    listing,
    nullable,
    number,
    one_of,
    pointer,
    record,
    table,
    text,
    whole,
)

_version = one_of(1)
_positive = whole(1)
_seed = whole(0, 2**31 - 1)
_length = whole(16, 131_072)
_model = table({"id": name}, {"revision": name}, strict=True)
_engine = table(
    {}, {"name": name, "profile": name, "gpus": whole(0, 1024), "timeLimitS": nullable(_positive)}, strict=True
)
_lora = table(
    {},
    {
        "r": whole(1, 512),
        "alpha": whole(1, 1024),
        "dropout": number(least=0, most=0.5),
        "targets": either(one_of("all-linear"), listing(name, 1)),
    },
    strict=True,
)
_training_set = table(
    {"sha256": sha256},
    {
        "evalSha256": nullable(sha256),
        "maxLength": _length,
        "overflow": one_of("drop", "truncate", "error"),
        "lossOn": one_of("assistant", "all"),
        "packing": flag,
    },
    strict=True,
)
_recipe_fields = table(
    {},
    {
        "epochs": number(above=0, most=100),
        "maxSteps": whole(1, 10_000_000),
        "learningRate": number(above=0, most=1),
        "scheduler": one_of("linear", "cosine", "constant"),
        "warmupSteps": whole(),
        "weightDecay": number(least=0, most=1),
        "maxGradNorm": number(above=0),
        "optimizer": one_of("adamw_torch", "adamw_8bit"),
        "batchSize": whole(1, 1024),
        "gradAccum": whole(1, 1024),
        "precision": one_of("bf16", "bf16-mixed", "fp32"),
        "gradientCheckpointing": flag,
        "lossType": one_of("nll", "chunked_nll"),
        "seed": _seed,
        "logEvery": _positive,
        "evalEvery": nullable(_positive),
        "saveEvery": _positive,
        "keepCheckpoints": whole(1, 100),
        "nanPolicy": one_of("fail", "continue"),
    },
    strict=True,
)


def _recipe(value, path):
    yield from _recipe_fields(value, path)
    if isinstance(value, dict) and "epochs" in value and "maxSteps" in value:
        yield Issue("invalid_value", "Give epochs or maxSteps, not both.", pointer(path, "maxSteps"))


_train = table(
    {"specVersion": _version, "model": _model, "template": name, "data": _training_set},
    {
        "preset": nullable(name),
        "mode": one_of("full", "lora", "qlora"),
        "lora": _lora,
        "train": _recipe,
        "output": table({}, {"merge": one_of("none", "bf16")}, strict=True),
        "backend": name,
        "engine": _engine,
    },
    strict=True,
)
_run_target = table({"runId": run_id}, {"step": whole()}, strict=True)
_model_target = table({"model": _model}, strict=True)


def _target(value, path):
    """A run or a model; a fault in the kind that was meant is named where it stands."""
    is_model = isinstance(value, dict) and "model" in value
    if not isinstance(value, dict) or ("runId" in value) == is_model:
        yield Issue("invalid_value", "must name a run or a model.", path)
    else:
        yield from (_model_target if is_model else _run_target)(value, path)


_eval = table(
    {
        "specVersion": _version,
        "target": _target,
        "backend": name,
        "tasks": listing(name, 1),
        "languages": listing(text(pattern=r"[a-z]{2,3}"), 1),
    },
    {"template": name, "maxSamples": _positive, "seed": _seed, "data": record(sha256), "engine": _engine},
    strict=True,
)
_measure = table(
    {
        "specVersion": _version,
        "measure": one_of("perplexity"),
        "model": _model,
        "data": table({"sha256": sha256}, {"maxLength": _length}, strict=True),
    },
    {"template": name, "engine": _engine},
    strict=True,
)

CHECKS: dict[str, Check] = {"train": _train, "eval": _eval, "measure": _measure}


def kind_of(spec: dict) -> str:
    """A measuring spec is told from a training spec by its field `measure`."""
    return "measure" if "measure" in spec else "train"


def issues_of(kind: str, spec: dict) -> list[Issue]:
    """Everything wrong with the spec by itself; what this server offers is looked at in `offers.py`."""
    return [_readable(issue) for issue in CHECKS[kind](spec, "")]


def _readable(issue: Issue) -> Issue:
    last = issue.param.rsplit("/", 1)[-1]
    begins_small = issue.message[:1].islower()
    return Issue(issue.code, f"{last} {issue.message}" if begins_small else issue.message, issue.param)
