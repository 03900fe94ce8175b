"""What `doctor` says: marks, and the next step where something must change."""

import stat

from polyglot_trainer.config import parse_config
from polyglot_trainer.doctor import examine


def findings(raw: dict, folder) -> list[str]:
    (folder / "data").mkdir(exist_ok=True)
    return [str(one) for one in examine(parse_config(raw, folder))]


def fake(path, text: str):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_an_empty_configuration_needs_a_model(tmp_path):
    said = findings({}, tmp_path)
    assert "fix  No model is allowed: add [[model]] entries to trainer.toml." in said
    assert any(line.startswith("ok   Listens on 127.0.0.1:8917") for line in said)


def test_a_model_without_safetensors_is_named(tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    said = findings({"model": [{"id": "m", "folder": "model"}]}, tmp_path)
    assert any(line.startswith("fix  m:") and "safetensors" in line for line in said)
    (model / "model.safetensors").write_bytes(b"")
    assert any(line.startswith("ok   m in") for line in findings({"model": [{"id": "m", "folder": "model"}]}, tmp_path))


def test_an_address_beyond_this_machine_needs_a_certificate(tmp_path):
    said = findings({"server": {"bind": "0.0.0.0:8917"}}, tmp_path)
    assert any(line.startswith("fix  0.0.0.0 is not loopback") for line in said)


def test_a_profile_is_asked_for_its_slurm_and_its_rsync(tmp_path):
    over = fake(tmp_path / "over", 'case "$1" in sbatch) echo "slurm 22.05.8" ;; *) exit 1 ;; esac')
    here = fake(tmp_path / "rsync", 'echo "rsync 3.2.7"')
    profile = {"via": [over], "copy": "login:/scratch/x", "rsync": [here]}
    said = findings({"engine": {"slurm": {"profile": {"gpu": profile}}}}, tmp_path)
    assert "ok   Slurm profile gpu: slurm 22.05.8" in said
    assert any(line.startswith("fix  copies runs to login:/scratch/x") and "missing there" in line for line in said)


def test_an_optional_backend_without_its_package_is_named(tmp_path):
    python = fake(tmp_path / "python", "exit 1")
    said = findings({"backend": {"lighteval": {"python": python}}}, tmp_path)
    assert any(line.startswith(f"fix  lighteval: {python} has no such package") for line in said)
