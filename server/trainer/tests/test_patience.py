"""How long the service waits for a client, how much it takes from one, and what it says of a disk that fills up."""

import time

import pytest
from client import RpcFailure
from websockets.exceptions import ConnectionClosed, InvalidStatus

QUICK = "deadlines = { initializeS = 0.5, sendS = 1 }\n"


def closed_with(client, timeout: float = 20) -> int | None:
    """The code of the close, None where the line was cut; whatever came before is read away."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        try:
            client.receive(end - time.monotonic())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
    raise AssertionError("The connection stayed open.")


def test_who_does_not_introduce_itself_is_closed_with_4400(make_trainer):
    trainer = make_trainer(QUICK)
    with trainer.connect(initialize=False) as client:
        assert closed_with(client) == 4400


def test_who_did_stays(make_trainer):
    trainer = make_trainer(QUICK)
    with trainer.connect() as client:
        with pytest.raises(TimeoutError):
            client.receive(1.5)
        assert client.call("server.info")["time"]


def test_a_client_that_takes_nothing_is_dropped(make_trainer):
    trainer = make_trainer(QUICK + "limits = { requestsPerS = 100000, burst = 100000, connections = 2 }\n")
    with trainer.connect() as client:
        _, events = client.run_to_end({"steps": 3000, "delayS": 0, "saveEvery": 1000})
        deaf = trainer.connect(max_queue=1)
        # Some 60 MB of answers, more than the kernel and the library keep for who does not read.
        for _ in range(300):
            deaf.send("runs.events", runId=events[0]["runId"], afterSeq=0, limit=1000)
        # It takes the last of two places until it is dropped.
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                trainer.connect().call("server.info")
                break
            except InvalidStatus as full:
                assert full.response.status_code == 503
                client.call("server.info")
        assert closed_with(deaf) in (4408, None)
        assert client.call("server.info")["runs"]["active"] == 0


def test_flooding_is_closed_with_4429(make_trainer):
    trainer = make_trainer("")
    with trainer.connect() as client:
        refused = 0
        with pytest.raises(ConnectionClosed) as closed:
            for _ in range(200):
                for id in [client.send("server.info") for _ in range(20)]:
                    try:
                        client.wait(id)
                    except RpcFailure as failure:
                        assert failure.code == "rate_limited"
                        assert failure.data["retryAfterS"] > 0
                        refused += 1
        assert closed.value.rcvd.code == 4429
        assert refused >= 999


def test_a_disk_that_fills_up_is_said_once_and_fails_nothing(make_trainer):
    trainer = make_trainer(server="lowDiskGiB = 1000000")
    with trainer.connect() as client:
        state, events = client.run_to_end({"steps": 10})
        said = [event["data"] for event in events if event["type"] == "run.warning"]
        assert [one["code"] for one in said] == ["disk_low"]
        assert "GiB are free" in said[0]["message"]
        assert state["state"] == "succeeded"
