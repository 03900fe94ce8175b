"""Defaults of a training spec, and `paper-2026`: the published recipe as far as it can be known (trainer.md §5)."""

import copy

SEED = 3407

DEFAULTS = {
    "preset": None,
    "mode": "lora",
    "lora": {"r": 16, "alpha": 16, "dropout": 0, "targets": "all-linear"},
    "data": {"evalSha256": None, "maxLength": 2048, "overflow": "error", "lossOn": "assistant", "packing": False},
    "train": {
        "learningRate": 5e-5,
        "scheduler": "linear",
        "warmupSteps": 5,
        "weightDecay": 0.001,
        "maxGradNorm": 1,
        "optimizer": "adamw_torch",
        "batchSize": 2,
        "gradAccum": 4,
        "precision": "bf16-mixed",
        "gradientCheckpointing": True,
        "lossType": "nll",
        "seed": SEED,
        "logEvery": 1,
        "evalEvery": None,
        "keepCheckpoints": 2,
        "nanPolicy": "fail",
    },
    "output": {"merge": "none"},
    "backend": "trl",
    "engine": {"name": "local", "gpus": 1, "timeLimitS": None},
}

_SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

PRESETS = {
    "paper-2026": {
        "mode": "full",
        "lora": {"targets": _SEVEN},
        "data": {"maxLength": 16_384, "overflow": "truncate", "lossOn": "all"},
        "train": {"epochs": 2, "optimizer": "adamw_8bit", "precision": "bf16", "saveEvery": 500},
    }
}


def fill_in(spec: dict, *, cpu_only: bool) -> dict:
    """The training spec with every default; explicit fields win over the preset, the preset over the defaults.

    `saveEvery` stays out where nobody set it: the worker then saves every tenth of the run, whose length it knows.
    """
    preset = PRESETS.get(spec.get("preset") or "", {})
    filled = _merge(_merge(DEFAULTS, preset), spec)
    train = filled["train"]
    asked = {**preset.get("train", {}), **spec.get("train", {})}
    if "maxSteps" in spec.get("train", {}):
        train.pop("epochs", None)
    elif "epochs" not in train:
        train["epochs"] = 1
    if "precision" not in asked and cpu_only:
        train["precision"] = "fp32"
    wants_merge = filled["mode"] == "qlora" and spec.get("preset") == "paper-2026"
    if wants_merge and "merge" not in spec.get("output", {}):
        filled["output"]["merge"] = "bf16"
    return filled


def _merge(under: dict, over: dict) -> dict:
    merged = copy.deepcopy(under)
    for name, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge(merged[name], value) if both else copy.deepcopy(value)
    return merged
