"""Accuracies and their errors from single outcomes; the weighted accuracy of M-RewardBench (trainer.md §10)."""

import hashlib
import json
import math
from collections import defaultdict
from importlib import resources
from typing import NamedTuple


class Score(NamedTuple):
    value: float
    stderr: float | None
    n: int
    # Only of the weighted accuracy: categories that have rows, and all there are.
    present: int | None = None
    expected: int | None = None


def accuracy(outcomes: list[bool]) -> Score:
    """The share of right answers and its binomial standard error; one row has no error that could be told."""
    n = len(outcomes)
    share = sum(outcomes) / n
    return Score(share, math.sqrt(share * (1 - share) / n) if n > 1 else None, n)


def weighted_accuracy(outcomes: list[tuple[str, bool]]) -> Score:
    """The mean over categories of accuracies weighted by the published counts of their subsets.

    A category without rows is left out of the mean and counted as missing; unknown subsets are left out as well.
    Raises ValueError if nothing is left.
    """
    by_subset: dict[str, list[bool]] = defaultdict(list)
    for subset, right in outcomes:
        by_subset[subset].append(right)
    categories = category_weights()
    means, variances, used = [], [], 0
    for subsets in categories.values():
        known = {name: weight for name, weight in subsets.items() if name in by_subset}
        total = sum(known.values())
        if not total:
            continue
        mean = variance = 0.0
        for name, weight in known.items():
            rights = by_subset[name]
            share = sum(rights) / len(rights)
            mean += weight / total * share
            variance += (weight / total) ** 2 * share * (1 - share) / len(rights)
            used += len(rights)
        means.append(mean)
        variances.append(variance)
    if not means:
        raise ValueError("No row belongs to a known subset of the benchmark.")
    count = len(means)
    error = math.sqrt(sum(variances)) / count if used > 1 else None
    return Score(sum(means) / count, error, used, count, len(categories))


def category_weights() -> dict[str, dict[str, int]]:
    """Category → subset → published number of its rows."""
    text = resources.files("polyglot_trainer").joinpath("eval_weights.json").read_text("utf8")
    return json.loads(text)["counts"]


def chosen_is_first(seed: int, id: str | int) -> bool:
    """The order of A and B: the same for every model, from nothing but the seed and the row's id."""
    return hashlib.sha256(f"{seed}:{id}".encode()).digest()[0] % 2 == 0
