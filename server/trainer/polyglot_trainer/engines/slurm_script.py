"""Writes the job script of an attempt. Every value in it is ours, quoted, and none comes from a client."""

import shlex
import sys
from pathlib import Path

from polyglot_trainer.engines.engine import Job

# Slurm warns this long before the time limit: enough to save a checkpoint.
WARNING_S = 180

# USR2 is trapped here and sent on as TERM: NCCL may catch USR1. A requeued job writes into a new attempt.
_SCRIPT = """#!/bin/bash
{setup}
umask 077
attempt=$(({attempt} + ${{SLURM_RESTART_COUNT:-0}}))
folder={folder}
if [ "$attempt" != {attempt} ]; then
	mkdir -p "$folder/attempt-$attempt"
	# The service lays the plan of a restart, from the newest checkpoint; without it the attempt begins anew.
	[ -e "$folder/attempt-$attempt/attempt.json" ] || sed 's/"attempt": {attempt}/"attempt": '"$attempt"'/' \\
		"$folder/attempt-{attempt}/attempt.json" > "$folder/attempt-$attempt/attempt.json"
	echo "$attempt" > "$folder/.current.part" && mv "$folder/.current.part" "$folder/current"
fi
{environment}
warn() {{ touch "$folder/attempt-$attempt/time-limit"; kill -TERM -- "-$worker" 2>/dev/null; }}
trap warn USR2
trap 'kill -TERM -- "-$worker" 2>/dev/null' TERM
# A group of its own: the launcher waits for the worker's end, the signal is for the whole group.
setsid {launcher} "$folder/attempt-$attempt" {command} "$attempt" \\
	>> "$folder/attempt-$attempt/stdout.log" 2>&1 < /dev/null &
worker=$!
while kill -0 "$worker" 2>/dev/null; do wait "$worker"; code=$?; done
exit "$code"
"""


_ARRAY = """#!/bin/bash
script=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" {list})
exec bash "$script" >> "$(dirname "$script")/engine.log" 2>&1
"""


def array_script(scripts: Path) -> str:
    """Each task becomes the job script that stands on its line, so Slurm's signals reach that script."""
    return _ARRAY.format(list=shlex.quote(str(scripts)))


def job_script(job: Job, options: dict, python: str) -> str:
    """`options` are the profile of trainer.toml: `modules` and `setup` lines, its `python`."""
    python = options.get("python", python)
    modules = [f"module load {shlex.quote(name)}" for name in options.get("modules", [])]
    # The attempt's number comes last in the command; the script gives its own, which a requeue raises.
    command = list(job.command[:-1])
    if command[0] == sys.executable:
        command[0] = python
    exported = [f"export {name}={shlex.quote(value)}" for name, value in sorted(job.environment.items())]
    return _SCRIPT.format(
        setup="\n".join([*modules, *options.get("setup", [])]),
        attempt=job.attempt,
        folder=shlex.quote(str(job.folder.path)),
        environment="\n".join(exported),
        launcher=shlex.join([python, "-m", "polyglot_trainer.launcher"]),
        command=shlex.join(command),
    )
