"""What Slurm prints, read: recorded from 22.05 and 23.11, with its odd ways."""

import pytest

from polyglot_trainer.engines.slurm_text import (
    duration,
    exit_code,
    first_word,
    job_id,
    read_sacct,
    read_scontrol,
    read_squeue,
    restarts_of,
)

SCONTROL = """JobId=7 JobName=r-abc-a1
   UserId=root(0) GroupId=root(0) MCS_label=N/A
   Priority=4294901753 Nice=0 Account=(null) QOS=(null)
   JobState=PENDING Reason=BeginTime Dependency=(null)
   Requeue=1 Restarts=1 BatchFlag=1 Reboot=0 ExitCode=0:15
"""


@pytest.mark.parametrize(
    ("printed", "id"), [("12\n", "12"), ("12;cluster\n", "12"), ("sbatch: hello\n481516\n", "481516")]
)
def test_a_job_number_is_found(printed, id):
    assert job_id(printed) == id


@pytest.mark.parametrize("printed", ["", "Submitted batch job", "x;1"])
def test_no_job_number_is_an_error(printed):
    with pytest.raises(ValueError, match="sbatch printed"):
        job_id(printed)


def test_squeue_is_read_line_by_line():
    printed = "1|PENDING|Resources\n2|RUNNING|None\n3|COMPLETED|None\nnoise\n4_[2-9]|PENDING|None\n4_1|RUNNING|None\n"
    jobs = read_squeue(printed)
    assert {id: (job.phase, job.why) for id, job in jobs.items()} == {
        "1": ("waiting", "Resources"),
        "2": ("running", "None"),
        "3": ("gone", "None"),
        "4_1": ("running", "None"),
    }


@pytest.mark.parametrize(
    ("state", "phase", "reason"),
    [
        ("CANCELLED by 123", "gone", "external_cancel"),
        ("CANCELLED+", "gone", "external_cancel"),
        ("TIMEOUT", "gone", "time_limit"),
        ("PREEMPTED", "gone", "preempted"),
        ("NODE_FAIL", "gone", "node_fail"),
        ("FAILED", "gone", None),
        ("COMPLETING", "running", None),
        ("CONFIGURING", "waiting", None),
    ],
)
def test_states_become_our_words(state, phase, reason):
    job = read_sacct(f"5|{state}|0:0\n")["5"]
    assert (job.phase, job.reason) == (phase, reason)


def test_scontrol_knows_restarts_and_signals():
    job = read_scontrol(SCONTROL)
    assert (job.id, job.state, job.why, job.exit_code) == ("7", "PENDING", "BeginTime", 143)
    assert restarts_of(SCONTROL) == 1
    assert read_scontrol("slurm_load_jobs error: Invalid job id specified") is None


def test_small_things():
    assert first_word(" running ") == "RUNNING"
    assert [exit_code(text) for text in ("7:0", "0:9", "", "x:y")] == [7, 137, None, None]
    assert [duration(seconds) for seconds in (1, 3600, 86_400 + 61)] == ["0:01:00", "1:00:00", "24:01:01"]
