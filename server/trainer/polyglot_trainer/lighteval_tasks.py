"""Our task module for lighteval 0.13: the paper's three benchmarks, written from their descriptions (trainer.md §10).

Executed by lighteval in its own interpreter, which also has this package. POLYGLOT_LIGHTEVAL names a JSON file:
`{seed, scores, sets: {"TASK:LANGUAGE": folder with test.jsonl}}`; a task without a local set is loaded from the hub.
Rows of local sets are those of `eval-jsonl`. Each task's score is appended to the file `scores`, with the error that
follows from its own rows instead of a bootstrap.
"""

import json
import os
from pathlib import Path

import numpy as np
from lighteval.metrics.metrics_sample import SampleLevelComputation
from lighteval.metrics.utils.metric_utils import SampleLevelMetric
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc, SamplingMethod

from polyglot_trainer.eval_scores import accuracy
from polyglot_trainer.eval_tasks import METRICS, TASKS
from polyglot_trainer.lighteval_total import Total, weighted_from_texts
from polyglot_trainer.worker.eval_prompts import choice_prompt, is_number, number_prompt, preference_prompt

_ORDERS = json.loads(Path(os.environ["POLYGLOT_LIGHTEVAL"]).read_text())
_HUB = {
    "global_mmlu_lite": "CohereForAI/Global-MMLU-Lite",
    "mgsm": "juletxara/mgsm",
    "mrewardbench": "CohereLabsCommunity/multilingual-reward-bench",
}
_SCRIPTS = {
    "ar": "arb_Arab",
    "cs": "ces_Latn",
    "de": "deu_Latn",
    "es": "spa_Latn",
    "id": "ind_Latn",
    "ja": "jpn_Jpan",
}
_NUMBER_TOKENS = 50


def _choice(row: dict) -> dict:
    """A row of the hub's set in our own shape; ours as it is."""
    if "choices" in row:
        return row
    options = [row[f"option_{letter}"] for letter in "abcd"]
    return {"question": row["question"], "choices": options, "answer": "ABCD".index(row["answer"])}


def choice_doc(row: dict, task_name: str) -> Doc:
    prompt, letters, right = choice_prompt(_choice(row))
    return Doc(task_name=task_name, query=prompt, choices=[f" {letter}" for letter in letters], gold_index=right)


def number_doc(row: dict, task_name: str) -> Doc:
    answer = row["answer_number"] if "answer_number" in row else row["answer"]
    shots = row.get("shots") or []
    prompt = number_prompt({"question": row["question"], "shots": shots})
    instruction = "Answer with the number only.\n\n"
    return Doc(task_name=task_name, query=instruction + prompt, choices=[str(answer)], gold_index=0)


def preference_doc(row: dict, task_name: str) -> Doc:
    prompt, letters, right = preference_prompt(row, _ORDERS["seed"])
    choices = [f" {letter}" for letter in letters]
    return Doc(task_name=task_name, query=prompt, choices=choices, gold_index=right, specific={"subset": row["subset"]})


class Likeliest(SampleLevelComputation):
    def compute(self, doc: Doc, model_response, **_):
        return bool(np.argmax(model_response.logprobs[: len(doc.choices)]) == doc.gold_index)


class LikeliestOfSubset(Likeliest):
    def compute(self, doc: Doc, model_response, **_):
        # One text: lighteval writes its details as a table, whose cells have one type.
        return f"{int(super().compute(doc, model_response))}{doc.specific['subset']}"


class Number(SampleLevelComputation):
    def compute(self, doc: Doc, model_response, **_):
        return is_number(model_response.text[0], float(doc.choices[0]))


_KINDS = {
    "global_mmlu_lite": (choice_doc, Likeliest, accuracy, SamplingMethod.LOGPROBS),
    "mgsm": (number_doc, Number, accuracy, SamplingMethod.GENERATIVE),
    "mrewardbench": (preference_doc, LikeliestOfSubset, weighted_from_texts, SamplingMethod.LOGPROBS),
}


def _task(task: str, language: str) -> LightevalTaskConfig:
    doc, sample, score, category = _KINDS[task]
    label = f"{task}:{language}"
    local = _ORDERS["sets"].get(label)
    metric = SampleLevelMetric(
        metric_name=METRICS[task],
        sample_level_fn=sample(),
        category=category,
        corpus_level_fn=Total(label, score, _ORDERS["scores"]),
        higher_is_better=True,
    )
    split = ("filtered",) if task == "mrewardbench" else ("test",)
    config = LightevalTaskConfig(
        name=f"polyglot_{task}_{language}",
        prompt_function=doc,
        hf_repo=local or _HUB[task],
        hf_subset="default" if local else _SCRIPTS[language] if task == "mrewardbench" else language,
        metrics=[metric],
        hf_avail_splits=("test",) if local else ("train", "dev", "test", "filtered"),
        evaluation_splits=("test",) if local else split,
        generation_size=_NUMBER_TOKENS,
    )
    # lighteval 0.13.0 makes a tuple of it and then adds it to a list.
    config.stop_sequence = ["\n"]
    return config


TASKS_TABLE = [_task(task, language) for task, languages in TASKS.items() for language in languages]
