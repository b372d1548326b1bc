"""An endpoint as a target, against a server that does everything wrong that a server can."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoint_world import HOST, Certificate, Handler, Server, a_server, drip, hang, http, raw
from targets_world import asked, assistant, user

from modeleval.collecting.endpoint_target import EndpointTarget, seconds_to_wait
from modeleval.collecting.https import Https
from modeleval.collecting.protocol import Answer, Step, TargetBusy, TurnFailed, Usage
from modeleval.errors import TargetRefused

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes a certificate")
PUBLIC = "93.184.215.14"
METADATA = "169.254.169.254"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("certificate")
    return Certificate(folder)


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when the test is over: servers that hang end then."""
    event = threading.Event()
    yield event
    event.set()


def target(server: Server, certificate: Certificate, **given: Any) -> EndpointTarget:
    options = {
        "seconds": 5,
        "most": MIB,
        "allow_private": True,
        "resolve": server.resolve,
        "context": certificate.trusted,
    }
    authorization = given.pop("authorization", None)
    https = Https(server.url, **options | given)
    return EndpointTarget(server.url, https, lambda: authorization, {"id": "m", "version": "3"})


def test_a_conversation_goes_out_and_an_answer_comes_back(certificate: Certificate) -> None:
    said = {"text": "hi", "usage": {"inputTokens": 3, "outputTokens": 2}, "trace": "unknown"}
    with a_server(certificate, http(said)) as server:
        messages = (user("hello"), assistant({"text": "yes?"}), user("again"))
        step = target(server, certificate, authorization="Bearer abc").step(
            asked(*messages, turn=2)
        )
        [(head, body)] = server.requests
    assert step == Step([assistant({"text": "hi"})], Answer("hi"), Usage(1, 0, 3, 2))
    assert json.loads(body) == {
        "version": 1,
        "scenario": "s1",
        "turn": 2,
        "context": {"plan": "gold"},
        "messages": [
            {"role": "user", "text": "hello"},
            {"role": "assistant", "text": "yes?"},
            {"role": "user", "text": "again"},
        ],
        "model": {"id": "m", "version": "3"},
    }
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /chat HTTP/1.1"
    assert f"Host: {HOST}:{server.port}" in lines
    assert "Authorization: Bearer abc" in lines
    assert "Accept-Encoding: identity" in lines


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (http(""), "invalidAnswer"),
        (http("[1]"), "invalidAnswer"),
        (http("{}"), "invalidAnswer"),
        (http('{"text": 1}'), "invalidAnswer"),
        (http('{"text": null}'), "invalidAnswer"),
        (http('{"text": "a"'), "invalidAnswer"),
        (http('{"text": "a", "usage": {"inputTokens": NaN}}'), "invalidAnswer"),
        (http('{"text": "a", "usage": {"inputTokens": -1}}'), "invalidAnswer"),
        (http('{"text": "\\ud800"}'), "invalidAnswer"),
        (http(b'{"text": "\xff"}'), "invalidAnswer"),
        (http('{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"), "invalidAnswer"),
        (http("", "204 No Content"), "invalidAnswer"),
        (http(b"x" * (MIB + 1)), "answerTooLong"),
        (raw(b"HTTP/1.1 200 OK\r\n\r\n" + b" " * (MIB + 1)), "answerTooLong"),
        (http("", "404 Not Found"), "refusedRequest"),
        (http("", "422 Unprocessable"), "refusedRequest"),
    ],
)
def test_what_is_no_answer_fails_the_turn(
    certificate: Certificate, handler: Handler, reason: str
) -> None:
    with a_server(certificate, handler) as server, pytest.raises(TurnFailed) as failed:
        target(server, certificate).step(asked())
    assert failed.value.reason == reason
    assert failed.value.usage == Usage(requests=1)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate"])
def test_what_is_packed_is_never_unpacked(certificate: Certificate, encoding: str) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = packer.compress(b" " * 20 * MIB) + packer.compress(b'{"text": "hi"}') + packer.flush()
    handler = http(bomb, Content_Encoding=encoding)
    with a_server(certificate, handler) as server, pytest.raises(TurnFailed, match="invalidAnswer"):
        target(server, certificate).step(asked())


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(certificate: Certificate, status: str) -> None:
    handler = http("", status, Location=f"http://{METADATA}/latest/meta-data/")
    with a_server(certificate, handler) as server:
        with pytest.raises(TargetRefused, match="no redirect is followed"):
            target(server, certificate).step(asked())
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_who_is_not_let_in_is_told_of_the_secret(certificate: Certificate, status: str) -> None:
    with (
        a_server(certificate, http("", status)) as server,
        pytest.raises(TargetRefused, match="Authorization") as refused,
    ):
        target(server, certificate, authorization="Bearer abc").step(asked())
    assert "abc" not in str(refused.value)


@pytest.mark.parametrize(
    ("handler", "after"),
    [
        (http("", "429 Slow down"), None),
        (http("", "429 Slow down", Retry_After="7"), 7),
        (http("", "503 Unavailable", Retry_After="86400"), 60),
        (http("", "503 Unavailable", Retry_After="Fri, 31 Dec 1999 23:59:59 GMT"), None),
        (http("", "500 Oops"), None),
        (http({"retryAfterSeconds": 12}), 12),
        (http({"retryAfterSeconds": 1e9}), 60),
        (raw(b""), None),
        (raw(b"SSH-2.0-nonsense\r\n"), None),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), None),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n"), None),
    ],
)
def test_what_passes_is_worth_another_try(
    certificate: Certificate, handler: Handler, after: float | None
) -> None:
    with a_server(certificate, handler) as server, pytest.raises(TargetBusy) as busy:
        target(server, certificate).step(asked())
    assert busy.value.after == after


@pytest.mark.parametrize("waits", ["-1", "1.5", "soon", "9" * 30, "٣"])
def test_a_pause_that_is_no_number_of_seconds_is_none(waits: str) -> None:
    assert seconds_to_wait(waits) is None


def test_a_server_that_hangs_is_left(certificate: Certificate, over: threading.Event) -> None:
    with a_server(certificate, hang(over)) as server:
        with pytest.raises(TurnFailed, match="timeout"):
            target(server, certificate, seconds=0.3).step(asked())
        over.set()


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-More: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["headers", "continue", "body", "chunks"],
)
def test_a_server_that_drips_is_left_when_the_time_is_over(
    certificate: Certificate, over: threading.Event, begin: bytes, piece: bytes
) -> None:
    with a_server(certificate, drip(begin, piece, over)) as server:
        with pytest.raises(TurnFailed, match="timeout"):
            target(server, certificate, seconds=0.5).step(asked())
        over.set()


def test_trailers_without_an_end_are_too_much(certificate: Certificate) -> None:
    begin = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
    handler = raw(begin + b"X: y\r\n" * 400_000)
    with a_server(certificate, handler) as server, pytest.raises(TurnFailed, match="answerTooLong"):
        target(server, certificate).step(asked())


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Certificate) -> None:
    with (
        a_server(certificate, http({"text": "hi"})) as server,
        pytest.raises(TargetRefused, match="certificate"),
    ):
        target(server, certificate, context=ssl.create_default_context()).step(asked())
    assert server.requests == []


def test_a_certificate_of_another_name_is_refused(certificate: Certificate) -> None:
    with a_server(certificate, http({"text": "hi"})) as server:
        https = Https(
            f"https://other.example.com:{server.port}/",
            seconds=5,
            most=MIB,
            allow_private=True,
            resolve=lambda _, port, **__: server.resolve(HOST, port),
            context=certificate.trusted,
        )
        with pytest.raises(TargetRefused, match="certificate"):
            EndpointTarget("https://other.example.com", https, lambda: None, None).step(asked())
        assert server.requests == []


def test_a_private_address_is_never_connected_to(certificate: Certificate) -> None:
    with a_server(certificate, http({"text": "hi"})) as server:
        with pytest.raises(TargetRefused, match="private"):
            target(server, certificate, allow_private=False).step(asked())
        assert server.requests == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers differently the second time gains nothing: it is asked once."""
    answers = [[PUBLIC, "2606:4700::1111"], [METADATA]]
    connected = []

    def resolve(_: str, port: int, **__: Any) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", (address, port)) for address in answers.pop(0)]

    def connect(place: tuple[str, int], **_: Any) -> socket.socket:
        connected.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    https = Https(
        "https://bot.example.com/", seconds=5, most=MIB, resolve=resolve,
        context=certificate.trusted,
    )  # fmt: skip
    with pytest.raises(TargetBusy, match="ConnectionError"):
        EndpointTarget("https://bot.example.com/", https, lambda: None, None).step(asked())
    assert connected == [(PUBLIC, 443), ("2606:4700::1111", 443)]
    assert answers == [[METADATA]]
    with pytest.raises(TargetRefused, match="private"):
        EndpointTarget("https://bot.example.com/", https, lambda: None, None).step(asked())


def test_proxies_of_the_environment_are_not_asked(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with a_server(certificate, http({"text": "hi"})) as server:
        assert target(server, certificate).step(asked()).answer == Answer("hi")


@pytest.mark.parametrize("name", ["", "a..b", "x" * 300])
def test_a_name_that_nobody_can_have_is_refused(certificate: Certificate, name: str) -> None:
    url = f"https://{name}bot.invalid"
    https = Https(url, seconds=5, most=MIB, resolve=_unknown, context=certificate.trusted)
    with pytest.raises(TargetRefused, match="no such host"):
        EndpointTarget(url, https, lambda: None, None).step(asked())


def _unknown(host: str, *_: Any, **__: Any) -> Any:
    host.encode("idna")  # as the socket module does
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


def test_a_conversation_without_an_end_is_not_sent(certificate: Certificate) -> None:
    with a_server(certificate, http({"text": "hi"})) as server:
        with pytest.raises(TurnFailed, match="conversationTooLong"):
            target(server, certificate).step(asked(user("x" * 7 * MIB)))
        assert server.requests == []
