"""The benchmarks a student is judged by, and the paper's languages that each of them has (trainer.md §10)."""

TASKS = {
    "global_mmlu_lite": ("ar", "de", "es", "id", "ja"),
    "mgsm": ("de", "es", "ja"),
    "mrewardbench": ("ar", "cs", "de", "es", "id", "ja"),
}
# Metric of each task's result rows.
METRICS = {"global_mmlu_lite": "acc", "mgsm": "extractive_match", "mrewardbench": "weighted_acc"}
