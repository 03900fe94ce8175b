"""The benchmarks a student is judged by, and the paper's languages that each of them has (trainer.md §10)."""

TASKS = {
    "global_mmlu_lite": ("ar", "de", "es", "id", "ja"),
    "mgsm": ("de", "es", "ja"),
    "mrewardbench": ("ar", "cs", "de", "es", "id", "ja"),
}
# Metric of each task's result rows.
METRICS = {"global_mmlu_lite": "acc", "mgsm": "extractive_match", "mrewardbench": "weighted_acc"}


# The field that tells the rows of each published task.
KINDS = {"global_mmlu_lite": "choices", "mgsm": "answer", "mrewardbench": "chosen"}
# Of a benchmark of the user's own: the field that tells the kind of its rows, and its metric.
OWN_METRICS = {"choices": "acc", "chosen": "acc", "answer": "extractive_match"}


def kind_of_rows(rows: list[dict]) -> str | None:
    """`choices`, `chosen` (a better and a worse answer) or `answer` (a number); None where the rows do not agree."""
    kinds = {next((field for field in OWN_METRICS if field in row), None) for row in rows}
    return kinds.pop() if len(kinds) == 1 else None


def metric_of(task: str, kind: str) -> str:
    """A published task keeps its metric, whoever brought the rows."""
    return METRICS.get(task) or OWN_METRICS[kind]
