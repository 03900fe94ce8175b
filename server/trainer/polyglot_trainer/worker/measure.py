"""Perplexity of the responses of a dataset under a base model, one row at a time (protocol §3, `measure`)."""

import hashlib
import json

import torch

from polyglot_trainer.rows import turns_of
from polyglot_trainer.run_folder import RunFolder
from polyglot_trainer.worker.chat_template import fit_template
from polyglot_trainer.worker.encode_rows import IGNORED, encode_turns
from polyglot_trainer.worker.failures import Stopped
from polyglot_trainer.worker.journal import Journal
from polyglot_trainer.worker.load_model import load_model, load_tokenizer
from polyglot_trainer.worker.response_tokens import join, scored_bytes
from polyglot_trainer.worker.stop_request import StopRequest

_PAGE = 100


def measure(folder: RunFolder, plan: dict, spec: dict, journal: Journal, stop: StopRequest) -> None:
    has_gpu = torch.cuda.is_available()
    tokenizer = load_tokenizer(plan["model"])
    dtype = torch.bfloat16 if has_gpu else torch.float32
    model = load_model(plan["model"], dtype=dtype).to("cuda" if has_gpu else "cpu").eval()
    template = None if spec["template"] == "none" else fit_template(spec["template"], tokenizer)
    journal.emit("run.state", {"state": "running", "fromStep": 0})
    page, sums = [], {"rows": 0, "failed": 0, "nll": 0.0, "tokens": 0, "bytes": 0}
    with open(folder.path / plan["sets"]["train"], "rb") as file:
        for line in file:
            if stop.is_made():
                raise Stopped
            page.append(_row(line.removesuffix(b"\n"), spec, template, tokenizer, model))
            if len(page) == _PAGE:
                _tell(journal, page, sums)
                page = []
    _tell(journal, page, sums)
    journal.emit("measure.summary", sums)
    journal.emit("run.state", {"state": "finalizing"})


def _tell(journal: Journal, page: list[dict], sums: dict) -> None:
    if not page:
        return
    journal.emit("measure.result", {"results": page})
    for row in page:
        is_measured = row["tokens"] > 0 and row["nll"] == row["nll"]
        sums["rows" if is_measured else "failed"] += 1
        for name in ("nll", "tokens", "bytes") if is_measured else ():
            sums[name] += row[name]


def _row(line: bytes, spec: dict, template, tokenizer, model) -> dict:
    turns = turns_of(json.loads(line))
    response = turns[-1]["content"]
    joined = None
    if template is None:
        joined = join("\n".join(turn["content"] for turn in turns[:-1]), response, tokenizer)
        ids, labels = joined.ids, [IGNORED] * joined.first + joined.ids[joined.first :]
    else:
        ids, labels = _last_answer(turns, template, tokenizer)
    most = spec["data"]["maxLength"]
    truncated = len(ids) > most
    ids, labels = ids[:most], labels[:most]
    wanted = [at for at in range(1, len(ids)) if labels[at] != IGNORED]
    return {
        "sampleSha256": hashlib.sha256(line).hexdigest(),
        "nll": _nll(model, ids, wanted),
        "tokens": len(wanted),
        "bytes": len(response.encode()) if joined is None else scored_bytes(joined, wanted, response),
        "truncated": truncated,
    }


def _last_answer(turns: list[dict], template, tokenizer) -> tuple[list[int], list[int]]:
    ids, labels = encode_turns(turns, template, tokenizer, "assistant")
    trained = [at for at in range(len(ids)) if labels[at] != IGNORED]
    begin = trained[-1] if trained else len(ids)
    while begin > 0 and labels[begin - 1] != IGNORED:
        begin -= 1
    return ids, [IGNORED] * begin + labels[begin:]


def _nll(model, ids: list[int], wanted: list[int]) -> float:
    """Nats over the wanted positions."""
    if not wanted:
        return 0.0
    batch = torch.tensor([ids], device=model.device)
    with torch.no_grad():
        logits = model(input_ids=batch, use_cache=False).logits[0].float()
    places = torch.tensor(wanted, device=model.device)
    chosen = torch.log_softmax(logits[places - 1], dim=-1).gather(1, batch[0, places].unsqueeze(1))
    return float(-chosen.sum())
