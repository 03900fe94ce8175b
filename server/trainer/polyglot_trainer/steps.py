"""How many optimiser steps a run takes (trainer.md §6)."""

import math


def steps_of(spec: dict, rows: int) -> int:
    """⌈epochs × ⌈⌈rows ÷ (batch × processes)⌉ ÷ accumulation⌉⌉, or the steps that were asked for."""
    train = spec["train"]
    if "maxSteps" in train:
        return train["maxSteps"]
    processes = max(1, spec["engine"]["gpus"])
    batches = math.ceil(rows / (train["batchSize"] * processes))
    return math.ceil(train["epochs"] * math.ceil(batches / train["gradAccum"]))
