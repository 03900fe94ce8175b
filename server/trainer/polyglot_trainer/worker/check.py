"""Looks at the rows of a training run as the worker would, and writes what it found (`preflight`, depth full)."""

from polyglot_trainer.run_folder import RunFolder, write_json
from polyglot_trainer.steps import steps_of
from polyglot_trainer.worker.chat_template import fit_template
from polyglot_trainer.worker.encode_rows import encode_file, run_data
from polyglot_trainer.worker.failures import Failure
from polyglot_trainer.worker.load_model import load_tokenizer


def check(folder: RunFolder, plan: dict, spec: dict) -> None:
    write_json(folder.path / "check.json", look(folder, plan, spec))


def look(folder: RunFolder, plan: dict, spec: dict) -> dict:
    try:
        tokenizer = load_tokenizer(plan["model"])
        template = fit_template(spec["template"], tokenizer)
        encoded = encode_file(folder.path / plan["sets"]["train"], spec, template, tokenizer)
    except Failure as failure:
        issue = {"code": failure.reason, "message": str(failure)}
        return {"ok": False, "errors": [{**issue, "param": failure.param} if failure.param else issue]}
    counts = run_data(encoded, spec, template, tokenizer)
    warnings = [{"code": code, "message": message, "param": "/template"} for code, message in template.warnings]
    if encoded.truncated:
        warnings.append({"code": "rows_truncated", "message": f"{encoded.truncated} rows are cut at their end."})
    dropped = counts["dropped"]
    if any(dropped.values()):
        warnings.append({"code": "rows_dropped", "message": f"{sum(dropped.values())} rows are left out."})
    names = ("rows", "tokens", "trainTokens", "dropped", "truncated", "longestTokens", "sample")
    known = {name: counts[name] for name in names}
    steps = steps_of(spec, counts["used"])
    return {"ok": True, **known, "steps": steps, "warnings": warnings, "errors": []}
