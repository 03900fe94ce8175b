"""What this server offers, and whether a spec asks for more: models, templates, engines, backends, datasets."""

import importlib.util
import json

from polyglot_trainer import presets
from polyglot_trainer.config import Config
from polyglot_trainer.engines.engine import Engine
from polyglot_trainer.errors import TrainerError
from polyglot_trainer.eval_tasks import TASKS
from polyglot_trainer.gpus import Gpu, encode_gpus
from polyglot_trainer.jobs import wanted_sets
from polyglot_trainer.methods import PARAMS
from polyglot_trainer.spec import issues_of
from polyglot_trainer.store.datasets import Datasets
from polyglot_trainer.template_names import TEMPLATE_NAMES


class Offers:
    def __init__(self, config: Config, engines: dict[str, Engine], gpus: list[Gpu], datasets: Datasets):
        self._config, self._engines, self._gpus, self._datasets = config, engines, gpus, datasets

    def capabilities(self) -> dict:
        return {
            "methods": [method for method in PARAMS if method != "initialize"],
            "features": self._features(),
            "engines": [engine.offer() for engine in self._engines.values()],
            "backends": self._backends(),
            "modes": self._modes(),
            "evalBackends": self._eval_backends(),
            "evalTasks": [{"task": task, "languages": list(languages)} for task, languages in TASKS.items()],
            "presets": list(presets.PRESETS),
            "templates": list(TEMPLATE_NAMES),
            "models": [
                {"id": model.id, "revisions": list(model.revisions), "templates": list(model.templates)}
                for model in self._config.models
            ],
            "gpus": encode_gpus(self._gpus),
            "limits": self._config.limits.published(),
        }

    def _features(self) -> list[str]:
        full = ["preflightFull"] if self._config.full_preflight else []
        return [*full, "resume", "measure", *(["unsloth"] if self._config.unsloth else [])]

    def _backends(self) -> list[str]:
        return ["trl", *(["unsloth"] if self._config.unsloth else [])]

    def _modes(self) -> list[str]:
        # Looked for, never imported: the service stays free of torch.
        has_bitsandbytes = importlib.util.find_spec("bitsandbytes") is not None
        return ["full", "lora", *(["qlora"] if has_bitsandbytes or self._config.unsloth else [])]

    def _eval_backends(self) -> list[str]:
        return ["builtin", *(["lighteval"] if self._config.lighteval else [])]

    def resolve(self, kind: str, spec: dict) -> dict:
        """The spec with every default, checked against this server.

        Raises `invalid_spec`, `model_not_allowed`, `capability_missing`, `dataset_missing`.
        """
        issues = issues_of(kind, spec)
        if issues:
            shown = [issue.encode() for issue in issues]
            raise TrainerError("invalid_spec", issues[0].message, issues=shown, param=issues[0].param)
        filled = self._filled(kind, spec)
        self._check_model(filled)
        self._check_choices(kind, filled)
        self._check_engine(filled["engine"])
        self._check_sets(kind, filled)
        return filled

    def _filled(self, kind: str, spec: dict) -> dict:
        if kind == "train":
            self._listed(spec.get("preset"), [None, *presets.PRESETS], "preset", "/preset")
            filled = presets.fill_in(spec, cpu_only=not self._gpus and list(self._engines) == ["local"])
        else:
            filled = {"template": "none", **json.loads(json.dumps(spec))}
            if kind == "eval":
                filled = {"seed": presets.SEED, "data": {}, **filled}
            else:
                filled["data"] = {"maxLength": 2048, **filled["data"]}
        filled["engine"] = {"name": "local", "gpus": 1, "timeLimitS": None, **filled.get("engine", {})}
        # One GPU is the default, and where there is none the run gets the machine itself.
        if filled["engine"]["name"] == "local" and not self._gpus and filled["engine"]["gpus"] == 1:
            filled["engine"]["gpus"] = 0
        choice = filled.get("model") or filled.get("target", {}).get("model")
        if choice and "revision" not in choice and (model := self._config.model(choice["id"])):
            choice["revision"] = model.revisions[0]
        return filled

    def _check_model(self, spec: dict) -> None:
        where = "/model" if "model" in spec else "/target/model"
        choice = spec.get("model") or spec.get("target", {}).get("model")
        if choice is None:
            return
        model = self._config.model(choice["id"])
        if model is None:
            raise TrainerError("model_not_allowed", f"{choice['id']!r} is not on this trainer's list.", param=where)
        if choice["revision"] not in model.revisions:
            message = f"Revision {choice['revision']!r} of {model.id} is not on this trainer's list."
            raise TrainerError("model_not_allowed", message, param=f"{where}/revision")
        if spec["template"] != "none":
            self._listed(spec["template"], list(model.templates), "template", "/template")

    def _check_choices(self, kind: str, spec: dict) -> None:
        if kind == "train":
            self._listed(spec["template"], list(TEMPLATE_NAMES), "template", "/template")
            self._listed(spec["backend"], self._backends(), "backend", "/backend")
            self._listed(spec["mode"], self._modes(), "mode", "/mode")
        else:
            self._listed(spec["template"], ["none", *TEMPLATE_NAMES], "template", "/template")
        if kind == "eval":
            self._listed(spec["backend"], self._eval_backends(), "backend", "/backend")
            own = {label.split(":")[0] for label in spec["data"]} if spec["backend"] == "builtin" else set()
            for index, task in enumerate(spec["tasks"]):
                # A benchmark of the user's own has any name, and its rows are uploaded.
                if task not in own:
                    self._listed(task, list(TASKS), "task", f"/tasks/{index}")

    def _check_engine(self, wanted: dict) -> None:
        self._listed(wanted["name"], list(self._engines), "engine", "/engine/name")
        offer = self._engines[wanted["name"]].offer()
        if wanted.get("profile") is not None or offer["profiles"]:
            profile = wanted.setdefault("profile", offer["profiles"][0] if offer["profiles"] else None)
            self._listed(profile, offer["profiles"], "profile", "/engine/profile")
        if wanted["gpus"] > offer["maxGpus"]:
            message = f"{wanted['gpus']} GPUs asked for, {wanted['name']} gives {offer['maxGpus']} at most."
            raise TrainerError("capability_missing", message, param="/engine/gpus")
        longest, limit = offer["maxTimeLimitS"], wanted["timeLimitS"]
        if longest is not None and limit is not None and limit > longest:
            message = f"{limit} s asked for, {wanted['name']} gives {longest} s at most."
            raise TrainerError("capability_missing", message, param="/engine/timeLimitS")

    def _check_sets(self, kind: str, spec: dict) -> None:
        set_kind = "eval-jsonl" if kind == "eval" else "sft-jsonl"
        for label, sha256 in wanted_sets(spec, kind).items():
            if self._datasets.find(sha256, set_kind) is None:
                param = f"/data/{label}" if kind == "eval" else f"/data/{'evalSha256' if label == 'eval' else 'sha256'}"
                raise TrainerError("dataset_missing", f"Upload dataset {sha256[:12]}… first.", param=param)

    def _listed(self, value, known: list, what: str, param: str) -> None:
        if value not in known:
            shown = ", ".join(str(name) for name in known if name is not None) or "none"
            raise TrainerError("capability_missing", f"No {what} {value!r} here; there is {shown}.", param=param)
