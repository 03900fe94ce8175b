"""Adds up a task for lighteval. In a module of its own: lighteval sends it to other processes by name."""

import json

from polyglot_trainer.eval_scores import Score, weighted_accuracy


class Total:
    """The score over all rows. lighteval calls it again on resamples for its own error; the first call counts."""

    def __init__(self, label: str, score, path: str):
        self._label, self._score, self._path, self._told = label, score, path, False
        self.__name__ = "total"

    def __call__(self, outcomes) -> float:
        score = self._score(outcomes)
        if not self._told:
            self._told = True
            with open(self._path, "a") as file:
                file.write(json.dumps({"label": self._label, **score._asdict()}) + "\n")
        return score.value


def weighted_from_texts(outcomes: list[str]) -> Score:
    """Of texts such as `1math-prm`: right or wrong, then the subset."""
    return weighted_accuracy([(text[1:], text[0] == "1") for text in outcomes])
