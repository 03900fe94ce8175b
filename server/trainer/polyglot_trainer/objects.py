"""Checks of the protocol's names, times and hashes, used by methods, specs and events alike (§2, §4)."""

from polyglot_trainer.schema import Issue, listing, nullable, one_of, table, text, whole

run_id = text(pattern=r"[a-z0-9-]{8,40}")
sha256 = text(pattern=r"[0-9a-f]{64}")
uuid = text(pattern=r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
transfer_id = text(pattern=r"[0-9a-f]{32}")
time = text(pattern=r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
count = whole()
name = text(1, 200)

RUN_KINDS = ("train", "eval", "measure")
DATASET_KINDS = ("sft-jsonl", "eval-jsonl")
ARTIFACT_KINDS = ("adapter", "model", "tokenizer", "report", "eval")

_artifact_letters = text(pattern=r"[A-Za-z0-9._/-]{1,200}")


def artifact_name(value, path):
    """Relative, without `..` segments or a leading `/`: safe to join to a folder."""
    yield from _artifact_letters(value, path)
    if isinstance(value, str) and (value.startswith("/") or ".." in value.split("/")):
        yield Issue("invalid_value", "must stay inside its folder.", path)


artifact = table(
    {
        "name": artifact_name,
        "sha256": sha256,
        "bytes": count,
        "kind": one_of(*ARTIFACT_KINDS),
        "step": nullable(count),
    }
)
issue = table({"code": text(), "message": text()}, {"param": text()})
issues = listing(issue)
