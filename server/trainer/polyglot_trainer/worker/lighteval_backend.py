"""Evaluation by lighteval, the reference backend: one process a task and language, in lighteval's own interpreter."""

import json
import os
import subprocess
import time
from pathlib import Path

import polyglot_trainer
from polyglot_trainer.eval_scores import Score
from polyglot_trainer.eval_tasks import METRICS
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.evaluate import result_row
from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.item_answers import Judged
from polyglot_trainer.worker.load_model import where
from polyglot_trainer.worker.target import target_folder

_PACKAGE = Path(polyglot_trainer.__file__).parent
_LOOK_EVERY_S = 0.5
_HUB_DATA = "0" * 64


class LightevalBackend:
    def __init__(self, folder: RunFolder, plan: dict, spec: dict):
        if not plan.get("lighteval"):
            raise Failure(
                "worker_crash", "trainer.toml names no interpreter for lighteval: [backend.lighteval] python."
            )
        if spec["template"] != "none":
            raise Failure("bad_template", "lighteval is run without a chat template, as the authors did.", "/template")
        self._folder, self._plan, self._spec = folder, plan, spec
        self._model = self._model_path()

    def _model_path(self) -> str:
        full, adapter = target_folder(self._folder, self._plan)
        if full is not None:
            return str(full)
        return where(self._plan["model"])[0] if adapter is None else str(self._merged(adapter))

    def _merged(self, adapter: Path) -> Path:
        """lighteval takes whole models: adapter and base become one, once for all tasks."""
        from peft import PeftModel
        from transformers import AutoTokenizer

        from polyglot_trainer.worker.load_model import load_model

        merged = self._folder.path / "merged"
        if not (merged / "config.json").exists():
            base = load_model(self._plan["model"], dtype="auto")
            PeftModel.from_pretrained(base, str(adapter)).merge_and_unload().save_pretrained(merged)
            AutoTokenizer.from_pretrained(adapter).save_pretrained(merged)
        return merged

    def score(self, task: str, language: str, tell) -> Judged:
        label = f"{task}:{language}"
        work = self._folder.path / f"lighteval-{task}-{language}"
        work.mkdir(exist_ok=True)
        orders = self._orders(label, work)
        tell(0, 1)
        self._run(task, language, work, orders, tell)
        score = read_score(work / "scores.jsonl", label)
        tell(1, 1)
        dataset = self._spec["data"].get(label, _HUB_DATA)
        made_by = {"lighteval": versions_of(work / "out")}
        row = result_row(self._spec, METRICS[task], score, shots=0, dataset=dataset, versions=made_by)
        return Judged({**row, "template": "none"}, None)

    def _orders(self, label: str, work: Path) -> Path:
        """Local sets get a folder of their own, which is how `datasets` reads a file as a split."""
        sets = {}
        if label in self._plan["sets"]:
            place = work / "set"
            place.mkdir(exist_ok=True)
            source = self._folder.path / self._plan["sets"][label]
            (place / "test.jsonl").write_bytes(source.read_bytes())
            sets[label] = str(place)
        path = work / "orders.json"
        scores = work / "scores.jsonl"
        scores.unlink(missing_ok=True)
        path.write_text(json.dumps({"seed": self._spec["seed"], "scores": str(scores), "sets": sets}))
        return path

    def _run(self, task: str, language: str, work: Path, orders: Path, tell) -> None:
        command = lighteval_command(self._plan["lighteval"], self._model, f"polyglot_{task}_{language}|0", work)
        if "maxSamples" in self._spec:
            command += ["--max-samples", str(self._spec["maxSamples"])]
        environment = {**os.environ, "POLYGLOT_LIGHTEVAL": str(orders), "PYTHONPATH": str(_PACKAGE.parent)}
        environment["HF_DATASETS_CACHE"] = str(work / "cache")
        if orders and json.loads(orders.read_text())["sets"]:
            environment |= {"HF_HUB_OFFLINE": "1"}
        process = subprocess.Popen(command, cwd=work, env=environment, stdin=subprocess.DEVNULL)
        try:
            while process.poll() is None:
                time.sleep(_LOOK_EVERY_S)
                tell(0, 1)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode != 0:
            raise Failure("worker_crash", f"lighteval ended with exit code {process.returncode}; the log has more.")


def lighteval_command(python: str, model: str, task: str, work: Path) -> list[str]:
    """A chat template is never taken from the tokenizer: base and student would be asked differently."""
    arguments = f"model_name={model},override_chat_template=false,batch_size=1"
    tasks = str(_PACKAGE / "lighteval_tasks.py")
    return [
        *(python, "-m", "polyglot_trainer.run_lighteval", "accelerate", arguments, task),
        *("--custom-tasks", tasks, "--output-dir", str(work / "out")),
    ]


def read_score(path: Path, label: str) -> Score:
    """The score that our task module wrote. Raises Failure if there is none."""
    lines = path.read_text().splitlines() if path.exists() else []
    for line in map(json.loads, lines):
        if line.pop("label") == label:
            return Score(**line)
    raise Failure("worker_crash", f"lighteval ended without a score for {label}.")


def versions_of(out: Path) -> str:
    """What lighteval says of itself in its results file."""
    for path in sorted(out.glob("results/**/results_*.json"), reverse=True):
        config = json.loads(path.read_text()).get("config_general", {})
        return str(config.get("lighteval_sha") or "0.13.0")
    return "0.13.0"
