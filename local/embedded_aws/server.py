"""Serving: uvicorn on the prepared socket, until a signal or the end of standard input."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import ssl
import threading
import time
import urllib.request
from pathlib import Path

import uvicorn
from botocore.exceptions import BotoCoreError, ClientError
from ministack.core import lambda_runtime

from embedded_aws import connections, patches
from embedded_aws.bedrock.converse import Speaker
from embedded_aws.bedrock.service import Bedrock
from embedded_aws.environment import Home
from embedded_aws.front import Front
from embedded_aws.judging import Judge
from embedded_aws.options import ACCOUNT, REGION, Options
from embedded_aws.sagemaker import public_hub
from embedded_aws.sagemaker.service import SageMaker

log = logging.getLogger("embedded_aws")
_STOP_DEADLINE = 10.0
_START_DEADLINE = 60.0
_CLEANING_SECONDS = 3.0


def run(options: Options, home: Home, judge: Judge, speaker: Speaker) -> int:
    """Serve until told to stop, then leave nothing behind: no process, no directory."""
    try:
        patches.apply(forks=options.forks)
        bedrock = Bedrock(home, options.job_seconds, judge, speaker)
        sagemaker = SageMaker(home, bedrock.faults, bedrock.registry, options.job_seconds, judge)
        front = Front(bedrock, sagemaker)
        asyncio.run(_serve(options, home, front))
    except BaseException:
        log.exception("the embedded AWS could not run")
        _clean_up(options, home)
        return 1
    return 0


async def _serve(options: Options, home: Home, front: Front) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    if options.stop_with_stdin:
        _thread("stdin", _watch_stdin, loop, stop)
    _thread("ready", _announce, options, home, loop, stop)
    server = uvicorn.Server(
        uvicorn.Config(
            front,
            http=connections.Connection,
            ssl_certfile=home.certificate,
            ssl_keyfile=home.key,
            lifespan="on",
            timeout_keep_alive=75,
            proxy_headers=False,  # whoever connects is the client, whatever X-Forwarded-For says
            server_header=False,  # MiniStack writes both as AWS does
            date_header=False,
            access_log=False,
            log_config=None,
        )
    )
    # Not serve(), which would take the signals for itself.
    serving = loop.create_task(server._serve([home.listener]))
    stopped = loop.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()  # raises what broke the server
    _leave(options, home)


def _thread(name: str, target: object, *arguments: object) -> None:
    threading.Thread(name=name, target=target, args=arguments, daemon=True).start()  # type: ignore[arg-type]


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set ``stop`` at the end of standard input: the parent is gone, even if by SIGKILL."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    loop.call_soon_threadsafe(stop.set)


def _announce(
    options: Options, home: Home, loop: asyncio.AbstractEventLoop, stop: asyncio.Event
) -> None:
    """Write the ready file once the front and MiniStack both answer over TLS.

    AWS's own files in S3 are there by then.
    """
    context = ssl.create_default_context(cafile=str(home.certificate))
    deadline = time.monotonic() + _START_DEADLINE
    while not _answers(home, context):
        if stop.is_set() or time.monotonic() > deadline:
            log.error("the embedded AWS did not answer within %s s", _START_DEADLINE)
            loop.call_soon_threadsafe(stop.set)
            return
        time.sleep(0.05)
    try:
        public_hub.publish(home)
    except (BotoCoreError, ClientError):
        log.exception("the files of the public hub could not be put into S3")
        loop.call_soon_threadsafe(stop.set)
        return
    log.warning("embedded AWS ready at %s", home.endpoint)
    if options.ready_file is not None:
        _write_atomically(options.ready_file, json.dumps(_description(home)))


def _answers(home: Home, context: ssl.SSLContext) -> bool:
    try:
        for path in ("/_standin/health", "/_ministack/health"):
            with urllib.request.urlopen(  # noqa: S310 - our own endpoint
                home.endpoint + path, context=context, timeout=5
            ) as reply:
                reply.read()
    except OSError:
        return False
    return True


def _description(home: Home) -> dict[str, object]:
    return {
        "endpoint": home.endpoint,
        "caBundle": str(home.certificate),
        "region": REGION,
        "account": ACCOUNT,
        "pid": os.getpid(),
        "controlUrl": f"{home.endpoint}/_standin",
    }


def _write_atomically(path: Path, text: str) -> None:
    staging = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    staging.write_text(text, encoding="utf-8")
    staging.replace(path)


def _leave(options: Options, home: Home) -> None:
    """End at once, with nothing to lose: the state is in memory, and clients see their calls break.

    An orderly end would wait for open keep-alive connections, and then for threads that may sleep
    in a long Wait state.
    """
    timer = threading.Timer(_STOP_DEADLINE, os._exit, args=(1,))
    timer.daemon = True
    timer.start()
    _clean_up(options, home)
    logging.shutdown()
    os._exit(0)


def _clean_up(options: Options, home: Home) -> None:
    """End the Lambda workers and remove every file.

    Threads of this process may be about to spawn a worker: no more start, one that does all the
    same reads the end of its standard input and ends by itself, and what it still unpacks is
    removed again.
    """
    lambda_runtime._detect_runtime_binary = lambda _: ("", "")
    lambda_runtime.reset()
    if options.ready_file is not None:
        options.ready_file.unlink(missing_ok=True)
    deadline = time.monotonic() + _CLEANING_SECONDS
    while home.directory.exists() and time.monotonic() < deadline:
        shutil.rmtree(home.directory, ignore_errors=True)
