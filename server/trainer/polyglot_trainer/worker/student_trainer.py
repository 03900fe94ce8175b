"""TRL's SFTTrainer with our checkpoints: hidden while they are written, real only with a manifest (trainer.md §7)."""

import json
import shutil
from pathlib import Path

from trl import SFTTrainer

from polyglot_trainer.run_folder import write_json
from polyglot_trainer.worker.encode_rows import IGNORED
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.manifest import write_manifest
from polyglot_trainer.worker.reporter import Reporter, Totals

TOTALS = "polyglot_totals.json"
_STAGING = ".staging"


class StudentTrainer(SFTTrainer):
    """`watch` must be called before `train`."""

    def watch(self, journal: Journal, reporter: Reporter, totals: Totals, keep: int) -> None:
        self._journal, self._reporter, self._totals, self._keep = journal, reporter, totals, keep
        self._checkpoints = Path(self.args.output_dir)
        self.add_callback(reporter)

    def training_step(self, model, inputs, *args, **kwargs):
        labels = inputs["labels"]
        tokens = int(inputs["attention_mask"].sum()) if "attention_mask" in inputs else inputs["input_ids"].numel()
        self._totals.add(tokens, int((labels[:, 1:] != IGNORED).sum()))
        return super().training_step(model, inputs, *args, **kwargs)

    def _get_output_dir(self, trial) -> str:
        return str(self._checkpoints / _STAGING)

    def _save_checkpoint(self, model, trial) -> None:
        self._journal.check_allowed()
        step = self.state.global_step
        name = f"checkpoint-{step}"
        final = self._checkpoints / name
        if final.exists():
            return
        super()._save_checkpoint(model, trial)
        self.accelerator.wait_for_everyone()
        if self.is_world_process_zero():
            self._publish(self._checkpoints / _STAGING / name, final, step)
        self.accelerator.wait_for_everyone()

    def _publish(self, staged: Path, final: Path, step: int) -> None:
        write_json(staged / TOTALS, {"tokens": self._totals.tokens, "trainTokens": self._totals.trained})
        staged.replace(final)
        manifest = write_manifest(final)
        metrics = self._reporter.last_metrics()
        known = {"step": step, "name": final.name, "bytes": manifest.bytes, "manifestSha256": manifest.sha256}
        self._journal.emit("run.checkpoint", {**known, "metrics": metrics, "removed": False})
        self._remove_old(step)

    def _remove_old(self, newest: int) -> None:
        """Keeps the newest; what is removed is told first, so that nobody counts on it."""
        steps = sorted(int(path.name.rpartition("-")[2]) for path in self._checkpoints.glob("checkpoint-*"))
        for step in [one for one in steps if one != newest][: max(0, len(steps) - self._keep)]:
            path = self._checkpoints / f"checkpoint-{step}"
            text = (path / "manifest.json").read_bytes() if (path / "manifest.json").exists() else None
            if text is not None:
                self._journal.emit("run.checkpoint", _removed(path, text, step))
            shutil.rmtree(path, ignore_errors=True)


def _removed(path: Path, manifest: bytes, step: int) -> dict:
    import hashlib

    size = sum(entry["bytes"] for entry in json.loads(manifest)["files"])
    digest = hashlib.sha256(manifest).hexdigest()
    return {
        "step": step,
        "name": path.name,
        "bytes": size,
        "manifestSha256": digest,
        "metrics": {"loss": None},
        "removed": True,
    }
