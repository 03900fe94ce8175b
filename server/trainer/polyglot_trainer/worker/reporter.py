"""Turns what the training loop logs into our events, and stops the loop when it must stop."""

import math
import time

import torch
from transformers import TrainerCallback

from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.memory import gpu_peak_gib, host_gib
from polyglot_trainer.worker.stop_request import StopRequest

_NAN_ROWS = 3
_PROGRESS_EVERY_S = 1


class Totals:
    """Tokens seen over all attempts; the loop's own count begins anew after a resume."""

    def __init__(self, tokens: int = 0, trained: int = 0):
        self.tokens, self.trained = tokens, trained
        self._at, self._since = time.monotonic(), 0

    def add(self, tokens: int, trained: int) -> None:
        self.tokens += tokens
        self.trained += trained
        self._since += tokens

    def rate(self) -> float:
        """Tokens a second since the last call."""
        now = time.monotonic()
        rate = self._since / max(now - self._at, 1e-9)
        self._at, self._since = now, 0
        return rate


class Reporter(TrainerCallback):
    """Runs on every rank, since any rank may be told to stop; only rank 0's journal writes."""

    def __init__(self, journal: Journal, stop: StopRequest, totals: Totals, nan_policy: str):
        self._journal, self._stop, self._totals = journal, stop, totals
        self._fails_on_nan = nan_policy == "fail"
        self._not_finite = 0
        self._begun = time.monotonic()
        self._told = 0.0
        self._last: dict = {}
        self.stopped = False

    def on_train_begin(self, args, state, control, **_):
        self._begun = time.monotonic()
        self._start_step = state.global_step
        self._totals.rate()

    def on_step_end(self, args, state, control, **_):
        self._journal.step = state.global_step
        if _anyone(self._stop.is_made()):
            self.stopped = True
            control.should_save = control.should_training_stop = True
        if time.monotonic() - self._told >= _PROGRESS_EVERY_S or state.global_step == state.max_steps:
            self._told = time.monotonic()
            self._journal.emit("run.progress", self._progress("training", state))

    def on_log(self, args, state, control, logs=None, **_):
        logs = logs or {}
        if "loss" in logs:
            self._last = self._metric(logs, state)
            self._journal.emit("run.metric", self._last)
            self._judge(self._last["loss"], state.global_step)
        elif "eval_loss" in logs and self._last:
            self._journal.emit("run.metric", {**self._last, "evalLoss": float(logs["eval_loss"])})

    def last_metrics(self) -> dict:
        known = {"loss": self._last.get("loss")}
        return {**known, "evalLoss": self._last["evalLoss"]} if "evalLoss" in self._last else known

    def _metric(self, logs: dict, state) -> dict:
        metric = {
            "step": state.global_step,
            "epoch": float(state.epoch or 0),
            "loss": float(logs["loss"]),
            "lr": float(logs.get("learning_rate", math.nan)),
            "tokens": _everyone(self._totals.tokens),
            "trainTokens": _everyone(self._totals.trained),
            "tokensPerS": float(_everyone(self._totals.rate())),
            "hostMemGiB": host_gib(),
        }
        if "grad_norm" in logs:
            metric["gradNorm"] = float(logs["grad_norm"])
        if torch.cuda.is_available():
            metric["gpuMemGiB"] = gpu_peak_gib()
        return metric

    def _judge(self, loss: float, step: int) -> None:
        if math.isfinite(loss):
            self._not_finite = 0
            return
        self._not_finite += 1
        message = f"Loss is not finite at step {step} ({self._not_finite} of {_NAN_ROWS})."
        self._journal.warn("nan_loss", message)
        if self._fails_on_nan and self._not_finite >= _NAN_ROWS:
            text = f"The loss was not finite {_NAN_ROWS} times in a row, last at step {step}. Lower the learning rate."
            raise Failure("nan_loss", text, "/train/learningRate")

    def _progress(self, phase: str, state) -> dict:
        elapsed = time.monotonic() - self._begun
        done = state.global_step - self._start_step
        left = (state.max_steps - state.global_step) * elapsed / done if done else None
        return {
            "phase": phase,
            "step": state.global_step,
            "totalSteps": state.max_steps,
            "epoch": float(state.epoch or 0),
            "elapsedS": round(elapsed, 1),
            "etaS": None if left is None else round(left, 1),
        }


def _anyone(made: bool) -> bool:
    """True on every rank if it is on one: ranks that stop at different steps would wait for each other forever."""
    if not torch.distributed.is_initialized():
        return made
    return _everyone(int(made)) > 0


def _everyone(value):
    """The sum over all ranks."""
    if not torch.distributed.is_initialized():
        return value
    device = "cuda" if torch.distributed.get_backend() == "nccl" else "cpu"
    total = torch.tensor(float(value), dtype=torch.float64, device=device)
    torch.distributed.all_reduce(total)
    return type(value)(total.item())
