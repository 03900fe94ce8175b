"""Upgrade requests are judged in the protocol's order; tokens; close codes."""

import json
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from client import SUBPROTOCOL, Client
from server import environment
from websockets.exceptions import ConnectionClosed


def raw_upgrade(url: str, path: str = "/v1/rpc", headers: tuple[str, ...] = ()) -> tuple[int, str]:
    """Status and header block of a bare HTTP upgrade request."""
    parts = urlsplit(url)
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *headers,
        "",
        "",
    ]
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        head = b""
        while b"\r\n\r\n" not in head and (chunk := connection.recv(4096)):
            head += chunk
    return int(head.split()[1]), head.decode(errors="replace")


def good(trainer) -> str:
    return f"Authorization: Bearer {trainer.token}"


OFFER = f"Sec-WebSocket-Protocol: {SUBPROTOCOL}"
BAD = "Authorization: Bearer plt_" + "A" * 43


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/other", ("Origin: http://x", BAD), 404),
        ("/v1/rpc", ("Origin: http://x", "GOOD", OFFER), 403),
        ("/v1/rpc", ("Origin: http://x", BAD), 403),
        ("/v1/rpc", (BAD,), 401),
        ("/v1/rpc", (OFFER,), 401),
        ("/v1/rpc", ("GOOD",), 400),
        ("/v1/rpc", ("GOOD", "Sec-WebSocket-Protocol: polyglot-trainer.v9+json"), 400),
        ("/v1/rpc", ("GOOD", OFFER), 101),
        ("/v1/rpc", ("GOOD", f"Sec-WebSocket-Protocol: polyglot-trainer.v9+json, {SUBPROTOCOL}"), 101),
    ],
)
def test_the_first_failed_check_answers(trainer, path, headers, status):
    headers = tuple(good(trainer) if header == "GOOD" else header for header in headers)
    assert raw_upgrade(trainer.url, path, headers)[0] == status


def test_health_needs_no_token_and_tells_nothing(trainer):
    status, head = raw_upgrade(trainer.url, "/healthz")
    assert status == 200
    assert "Server:" not in head


def test_a_full_server_says_when_to_come_back(make_trainer):
    trainer = make_trainer("limits = { connections = 1 }")
    with trainer.connect():
        status, head = raw_upgrade(trainer.url, headers=(good(trainer), OFFER))
        assert (status, "Retry-After: " in head) == (503, True)
        # Capacity is judged after the token and before the subprotocol.
        assert raw_upgrade(trainer.url, headers=(BAD,))[0] == 401
        assert raw_upgrade(trainer.url, headers=(good(trainer),))[0] == 503
    end = time.monotonic() + 10
    while raw_upgrade(trainer.url, headers=(good(trainer), OFFER))[0] != 101:
        assert time.monotonic() < end


def test_the_fifth_wrong_token_waits_and_a_good_one_never(make_trainer):
    trainer = make_trainer()
    took = []
    for _ in range(5):
        begun = time.monotonic()
        assert raw_upgrade(trainer.url, headers=(BAD,))[0] == 401
        took.append(time.monotonic() - begun)
    assert max(took[:4]) < 0.9 <= took[4]
    begun = time.monotonic()
    with trainer.connect():
        assert time.monotonic() - begun < 0.9


def close_code(client: Client, timeout: float = 15) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            client.socket.recv(timeout=timeout)
    return closed.value.rcvd.code


def test_a_revoked_token_is_put_out(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        assert trainer.cli("token", "revoke", "test").returncode == 0
        assert close_code(client) == 4401
    assert raw_upgrade(trainer.url, headers=(good(trainer), OFFER))[0] == 401


def test_only_the_hash_of_a_token_is_kept(trainer):
    kept = b"".join(path.read_bytes() for path in trainer.data.glob("trainer.db*"))
    assert trainer.token.encode() not in kept
    assert trainer.token not in (trainer.folder / "service.log").read_text()
    assert (trainer.data / "trainer.db").stat().st_mode & 0o777 == 0o600


def test_another_address_than_loopback_needs_tls(tmp_path):
    config = tmp_path / "trainer.toml"
    config.write_text('server = { bind = "0.0.0.0:0", data = "data" }\n')
    command = [sys.executable, "-m", "polyglot_trainer", "serve", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment())
    assert done.returncode == 2
    assert "not loopback" in done.stderr


def test_two_services_do_not_share_a_data_folder(trainer):
    done = trainer.cli("serve")
    assert done.returncode == 2
    assert "another service" in done.stderr


@pytest.mark.parametrize(
    ("message", "code"),
    [(b"x" * 24, 1003), (b"x" * (24 + 262_145), 1003), ("x" * 1_048_577, 1009)],
)
def test_bad_messages_close_the_connection(trainer, message, code):
    with trainer.connect() as client:
        client.socket.send(message)
        assert close_code(client) == code


def test_a_frame_before_initialize_closes(trainer):
    with trainer.connect(initialize=False) as client:
        client.socket.send(b"x" * 25)
        assert close_code(client) == 1003


def test_the_third_unparsable_message_closes(trainer, client):
    for _ in range(3):
        client.socket.send("{")
    errors = [json.loads(client.socket.recv(timeout=10)) for _ in range(3)]
    assert [(error["id"], error["error"]["data"]["code"]) for error in errors] == [(None, "parse_error")] * 3
    assert close_code(client) == 1002


def test_invalid_utf8_closes(trainer, client):
    client.socket.send(b"\xff\xfe", text=True)
    assert close_code(client) == 1007


def test_a_silent_client_is_sent_away(trainer):
    with trainer.connect(initialize=False) as client:
        assert close_code(client, 15) == 4400


def test_stopping_says_so(make_trainer):
    trainer = make_trainer()
    with trainer.connect() as client:
        trainer.process.terminate()
        assert close_code(client) == 1001
    assert trainer.process.wait(20) == 0
