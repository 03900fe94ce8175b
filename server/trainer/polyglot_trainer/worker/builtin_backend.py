"""Evaluation with transformers alone: likelihoods of letters, and numbers by greedy generation.

Its numbers can be compared with each other, not with the paper's: that is what lighteval is for.
"""

from collections.abc import Iterator

import torch

from polyglot_trainer.eval_tasks import KINDS, kind_of_rows, metric_of
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.chat_template import fit_template, render
from polyglot_trainer.worker.eval_prompts import choice_prompt, is_number, number_prompt, preference_prompt
from polyglot_trainer.worker.evaluate import read_rows, result_row, score_of
from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.item_answers import Judged, credits_of
from polyglot_trainer.worker.load_model import load_tokenizer
from polyglot_trainer.worker.target import load_target
from polyglot_trainer.worker.versions import versions

_NEW_TOKENS = 50


class BuiltinBackend:
    def __init__(self, folder: RunFolder, plan: dict, spec: dict):
        self._folder, self._plan, self._spec = folder, plan, spec
        self._model = load_target(folder, plan).eval()
        self._tokenizer = load_tokenizer(plan["model"])
        name = spec["template"]
        self._template = None if name == "none" else fit_template(name, self._tokenizer)

    def score(self, task: str, language: str, tell) -> Judged:
        """Raises Failure where rows do not fit the task."""
        label = f"{task}:{language}"
        rows = read_rows(self._folder, self._plan["sets"][label], self._spec.get("maxSamples"))
        kind = kind_of_rows(rows)
        if kind is None or KINDS.get(task, kind) != kind:
            wanted = KINDS.get(task, "choices, answer or chosen")
            raise Failure("bad_dataset", f"The rows for {label} do not all have {wanted}.")
        judge = {"choices": self._choice, "answer": self._number, "chosen": self._preference}[kind]
        outcomes = list(self._outcomes(rows, judge, tell))
        score = score_of(task, outcomes)
        shots = max((len(row.get("shots", [])) for row in rows), default=0)
        dataset = self._spec["data"][label]
        made_by = versions("torch", "transformers")
        metric = metric_of(task, kind)
        result = result_row(self._spec, metric, score, shots=shots, dataset=dataset, versions=made_by)
        # A weighted accuracy is not the mean of its items.
        return Judged(result, credits_of(outcomes, dataset) if score.present is None else None)

    def _outcomes(self, rows: list[dict], judge, tell) -> Iterator[tuple[dict, bool]]:
        for done, row in enumerate(rows):
            tell(done, len(rows))
            yield row, judge(row)
        tell(len(rows), len(rows))

    def _choice(self, row: dict) -> bool:
        prompt, letters, right = choice_prompt(row)
        return self._likeliest(prompt, letters) == right

    def _preference(self, row: dict) -> bool:
        prompt, letters, right = preference_prompt(row, self._spec["seed"])
        return self._likeliest(prompt, letters) == right

    def _number(self, row: dict) -> bool:
        ids = self._prompt_ids(number_prompt(row))
        output = self._model.generate(
            torch.tensor([ids], device=self._model.device),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long, device=self._model.device),
            max_new_tokens=_NEW_TOKENS,
            do_sample=False,
            pad_token_id=self._tokenizer.pad_token_id or self._tokenizer.eos_token_id,
        )
        return is_number(self._tokenizer.decode(output[0, len(ids) :], skip_special_tokens=True), row["answer"])

    def _likeliest(self, prompt: str, letters: list[str]) -> int:
        """The index of the letter that the model thinks likeliest; a tie goes to the first."""
        ids = self._prompt_ids(prompt)
        # After a chat's marker the letter stands alone, after "Answer:" a space belongs to it.
        lead = "" if self._template else " "
        endings = [self._tokenizer.encode(lead + letter, add_special_tokens=False) for letter in letters]
        if all(len(ending) == 1 for ending in endings):
            last = self._log_likelihoods(ids)[-1]
            scores = [last[ending[0]].item() for ending in endings]
        else:
            scores = [self._likelihood(ids, ending) for ending in endings]
        return max(range(len(letters)), key=lambda at: scores[at])

    def _likelihood(self, ids: list[int], ending: list[int]) -> float:
        """Of all tokens of the ending together."""
        rows = self._log_likelihoods(ids + ending)
        return sum(rows[len(ids) + at - 1, token].item() for at, token in enumerate(ending))

    def _log_likelihoods(self, ids: list[int]) -> torch.Tensor:
        with torch.no_grad():
            logits = self._model(input_ids=torch.tensor([ids], device=self._model.device)).logits[0].float()
        return torch.log_softmax(logits, dim=-1)

    def _prompt_ids(self, prompt: str) -> list[int]:
        if self._template is None:
            first = [self._tokenizer.bos_token_id] if self._tokenizer.bos_token_id is not None else []
            return first + self._tokenizer.encode(prompt, add_special_tokens=False)
        text = render(self._template, self._tokenizer, [{"role": "user", "content": prompt}], ask=True)[0]
        return self._tokenizer.encode(text, add_special_tokens=False)
