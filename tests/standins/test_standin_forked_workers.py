"""Workers that are forked: each as new as a started one, but for what was imported before."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from standin_world import World, statement, unique
from test_standin_lambda import invoke, zipped
from test_standin_processes import processes_of, wait_until_gone

from demo.embedded import embedded_aws

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

HANDLER = """
import os, signal, sys
from own import state
import from_layer

def handler(event, context):
    state.calls += 1
    if event.get("end"):
        os.kill(os.getpid(), signal.SIGKILL)
    print("told on standard output")
    return {"pid": os.getpid(), "parent": os.getppid(), "calls": state.calls, "own": state.PID,
            "layer": from_layer.PID, "seen": from_layer.SEEN, "name": os.environ["NAME"],
            "main": sys.modules["__main__"].__file__, "argv": sys.argv, "first": sys.path[-1],
            "directory": os.path.realpath(os.getcwd()), "open": sorted(os.listdir("/proc/self/fd"))}
"""
STATE = """
import os
calls = 0
PID = os.getpid()
if os.environ["NAME"] == "broken":
    raise RuntimeError("cannot be imported")
"""
LAYER = """
import os
PID = os.getpid()
SEEN = os.environ.get("NAME")
"""
SOURCES = {"own/__init__.py": "", "own/state.py": STATE, "own/functions.py": HANDLER}


class Functions:
    """Functions of one code, which no others have, and one layer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._client = world.aws.client("lambda")
        trust = world.trust(Principal={"Service": "lambda.amazonaws.com"}, Condition={})
        self._role = world.make_role(trust, [statement("s3:ListBucket", "*")])
        self._code = zipped({**SOURCES, "whose.txt": unique("code")})
        library = zipped({"python/from_layer.py": LAYER})
        self._layer = self._client.publish_layer_version(
            LayerName=unique("library"), Content={"ZipFile": library}
        )["LayerVersionArn"]

    def make(self, name: str) -> str:
        function = unique(name)
        self._client.create_function(
            FunctionName=function,
            Runtime="python3.13",
            Handler="own.functions.handler",
            Code={"ZipFile": self._code},
            Role=self._role,
            Layers=[self._layer],
            Timeout=30,
            Environment={"Variables": {"NAME": name}},
        )
        return function

    def ask(self, function: str, **event: Any) -> dict[str, Any]:
        return invoke(self._world, function, event)[0]


@pytest.fixture
def functions(shared: World) -> Functions:
    return Functions(shared)


def test_only_what_is_not_the_handlers_own_was_imported_before(functions: Functions) -> None:
    first = functions.ask(functions.make("first"))
    second = functions.ask(functions.make("second"))
    third = functions.ask(functions.make("third"))
    assert first["layer"] == first["pid"]
    # Both have it from the process that they were forked from, which is no function.
    assert second["layer"] == third["layer"] == second["parent"] == third["parent"]
    assert (first["seen"], second["seen"], third["seen"]) == ("first", None, None)
    for answer in (first, second, third):
        assert answer["own"] == answer["pid"]
        assert answer["calls"] == 1
    assert (second["name"], third["name"]) == ("second", "third")


def test_a_forked_worker_is_as_a_started_one(functions: Functions) -> None:
    started = functions.ask(functions.make("first"))
    forked = functions.ask(functions.make("second"))
    assert forked["main"] == forked["argv"][0] != started["main"]
    assert forked["directory"] == started["directory"]
    assert forked["first"] == started["first"]
    assert forked["open"] == started["open"]


def test_it_can_be_killed_and_another_one_takes_its_place(functions: Functions) -> None:
    functions.ask(functions.make("first"))
    function = functions.make("second")
    before = functions.ask(function)
    assert functions.ask(function)["pid"] == before["pid"]
    assert functions.ask(function, end=True)["errorType"] == "Runtime.ExitError"
    after = functions.ask(function)
    assert after["pid"] != before["pid"]
    assert after["calls"] == 1
    assert after["parent"] == before["parent"]


def test_one_that_cannot_import_its_handler_says_so(functions: Functions) -> None:
    functions.ask(functions.make("first"))
    assert "cannot be imported" in functions.ask(functions.make("broken"))["errorMessage"]
    assert functions.ask(functions.make("second"))["name"] == "second"


def test_the_end_of_the_embedded_aws_is_theirs() -> None:
    with embedded_aws() as aws:
        functions = Functions(World(aws))
        told = [functions.ask(functions.make(name)) for name in ("first", "second", "third")]
        processes = processes_of(aws)
        assert {answer["pid"] for answer in told} | {told[1]["parent"]} < processes
    wait_until_gone(aws, processes)


def test_without_forks_each_one_is_an_interpreter_of_its_own() -> None:
    with embedded_aws(forks=False) as aws:
        functions = Functions(World(aws))
        told = [functions.ask(functions.make(name)) for name in ("first", "second", "third")]
    assert {answer["parent"] for answer in told} == {aws.pid}
    assert all(answer["layer"] == answer["pid"] for answer in told)
