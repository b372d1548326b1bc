from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
import typer
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.validate import validate_parameters
from typer.testing import CliRunner

from modeleval.cli import register as cli
from modeleval.errors import (
    DatasetInvalid,
    DatasetNotFound,
    ModelevalError,
    RegistrationFailed,
    ScorerNotUsable,
    TransientServiceError,
)
from modeleval.sagemaker import dataset_source
from modeleval.sagemaker.dataset_source import Data, data_in_s3, uploaded_data
from modeleval.sagemaker.hub_arns import parse_dataset_arn, parse_evaluator
from modeleval.sagemaker.hub_content import dataset_content, hub_name, scorer_content
from modeleval.sagemaker.registering import Registered, Registry
from modeleval.sagemaker.scorer_function import existing_function, function_name, make_function
from modeleval.sagemaker.scorer_source import scorer_package

REGION, ACCOUNT = "us-west-2", "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/SageMaker-scorer"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
CODE = "import json\n\ndef lambda_handler(event, context):\n    return []\n"


def refused(code: str, operation: str = "x", message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@cache
def service_model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


class FakeService:
    """Answers by `self.<operation>_answer`; checks each request against botocore's model."""

    service = ""

    def __init__(self) -> None:
        self.meta = SimpleNamespace(region_name=REGION)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.errors: dict[str, list[str]] = {}
        self.model = service_model(self.service)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name.endswith("_answer"):
            raise AttributeError(name)
        operation = "".join(part.title() for part in name.split("_"))

        def call(**request: Any) -> Any:
            validate_parameters(request, self.model.operation_model(operation).input_shape)
            self.calls.append((operation, request))
            if self.errors.get(operation):
                raise refused(self.errors[operation].pop(0), operation, "The role cannot be used")
            return getattr(self, f"{name}_answer")(**request)

        return call

    def made(self, operation: str) -> list[dict[str, Any]]:
        return [request for name, request in self.calls if name == operation]


class FakeSageMaker(FakeService):
    """One private hub; contents go through `states` before they are seen as Available."""

    service = "sagemaker"

    def __init__(self, *, hub: str | None = "InService", states: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.hub_status = hub
        self.states = states
        self.contents: list[dict[str, Any]] = []
        self.looks = 0

    def describe_hub_answer(self, **_: Any) -> Any:
        if self.hub_status is None:
            raise refused("ResourceNotFound")
        status = self.hub_status
        if status == "Creating":
            self.hub_status = "InService"
        return {"HubStatus": status}

    def create_hub_answer(self, **_: Any) -> Any:
        self.hub_status = "Creating"
        return {}

    def describe_hub_content_answer(self, **request: Any) -> Any:
        wanted = {"HubContentType", "HubContentName", "HubContentVersion"} & set(request)
        found = [c for c in self.contents if all(c[key] == request[key] for key in wanted)]
        if not found:
            raise refused("ResourceNotFound")
        latest = found[-1]
        status = latest["states"].pop(0) if latest["states"] else latest["status"]
        if status == "unseen":
            raise refused("ResourceNotFound")
        name = f"{request['HubContentType']}/{request['HubContentName']}"
        content = f"{request['HubName']}/{name}/{latest['HubContentVersion']}"
        arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:hub-content/{content}"
        failure = {"FailureReason": "no such bucket"} if status == "ImportFailed" else {}
        return latest | failure | {"HubContentStatus": status, "HubContentArn": arn}

    def import_hub_content_answer(self, **request: Any) -> Any:
        assert self.hub_status == "InService"
        self.contents.append(request | {"states": list(self.states), "status": "Available"})
        return {}


class FakeLambda(FakeService):
    service = "lambda"

    def __init__(self, *states: str) -> None:
        super().__init__()
        self.functions: dict[str, dict[str, Any]] = {}
        self.states = list(states)

    def create_function_answer(self, **request: Any) -> Any:
        name = request["FunctionName"]
        if name in self.functions:
            raise refused("ResourceConflictException")
        digest = hashlib.sha256(request["Code"]["ZipFile"]).digest()
        sha = base64.b64encode(digest).decode()
        self.functions[name] = {"FunctionArn": LAMBDA + name, "CodeSha256": sha}
        return self.functions[name] | {"State": self.states.pop(0) if self.states else "Active"}

    def get_function_answer(self, **request: Any) -> Any:
        name = request["FunctionName"].rsplit(":", 1)[-1]
        if name not in self.functions:
            raise refused("ResourceNotFoundException")
        state = self.states.pop(0) if self.states else "Active"
        return {"Configuration": self.functions[name] | {"State": state}}


class FakeS3:
    def __init__(self, **files: bytes) -> None:
        self.files = files

    def get_object(self, *, Bucket: str, Key: str) -> Any:  # noqa: N803 - boto3's
        assert Bucket == "data"
        if Key == "denied.jsonl":
            raise refused("AccessDenied")
        if Key not in self.files:
            raise refused("NoSuchKey")
        data = self.files[Key]
        return {"Body": StreamingBody(io.BytesIO(data), len(data)), "ContentLength": len(data)}

    def upload_fileobj(self, file: Any, bucket: str, key: str) -> None:
        self.files[f"{bucket}/{key}"] = file.read()


def registry(client: FakeSageMaker) -> tuple[Registry, list[float]]:
    slept: list[float] = []
    return Registry(client, account=ACCOUNT, sleep=slept.append), slept


SCORER = scorer_content("tone", LAMBDA + "sagemaker-tone", from_file=False)
NAME = hub_name(REGION, ACCOUNT)


def test_the_hubs_name_is_the_sdks() -> None:
    assert NAME == "J90HLHSMB60JN1OUCL7UGEIJ8V657V3QFKIAMI2I3K6DL6CBU9PG"
    assert hub_name("eu-west-1", ACCOUNT) != NAME


def test_a_scorer_is_registered_as_the_sdk_does() -> None:
    client = FakeSageMaker(hub=None, states=("unseen", "PendingImport", "Importing"))
    one, slept = registry(client)
    found = one.register(SCORER)
    assert found.version == "1.0.0"
    assert found.new
    assert parse_evaluator(found.arn, field="evaluator") == found.arn
    assert f"hub-content/{NAME}/JsonDoc/tone/1.0.0" in found.arn
    assert client.made("CreateHub") == [
        {
            "HubName": NAME,
            "HubDisplayName": f"AiRegistry-{REGION}-{ACCOUNT}",
            "HubDescription": "AI Registry Hub",
        }
    ]
    assert client.made("ImportHubContent") == [
        {
            "HubName": NAME,
            "HubContentType": "JsonDoc",
            "HubContentName": "tone",
            "HubContentVersion": "1.0.0",
            "DocumentSchemaVersion": "2.0.0",
            "HubContentDocument": '{"SubType": "AWS/Evaluator", "JsonContent": "{\\"Reference\\": '
            f'\\"{LAMBDA}sagemaker-tone\\", \\"EvaluatorType\\": \\"RewardFunction\\"}}"}}',
            "HubContentSearchKeywords": [
                "method:lambda",
                "@subtype:aws/evaluator",
                "@evaluatortype:rewardfunction",
                "@contenttype:byolambda",
            ],
        }
    ]
    assert slept == [5, 5, 5, 5]


def test_a_dataset_is_registered_as_the_sdk_does() -> None:
    client = FakeSageMaker()
    content = dataset_content("qa", "data", "a/b.jsonl", uploaded=False, role=ROLE, domain="d-1")
    found = registry(client)[0].register(content)
    assert parse_dataset_arn(found.arn, field="dataset").version == "1.0.0"
    (made,) = client.made("ImportHubContent")
    assert json.loads(made["HubContentDocument"]) == {
        "DatasetType": "CUSTOMER_PROVIDED",
        "DatasetRoleArn": ROLE,
        "DatasetS3Bucket": "data",
        "DatasetS3Prefix": "a/b.jsonl",
        "DatasetContextS3Uri": '""',
        "ConversationId": "default-conversation",
        "ConversationCheckpointId": "default-checkpoint",
        "Dependencies": [],
    }
    assert made["HubContentSearchKeywords"] == ["method:generated", "@domain:d-1"]
    assert client.made("CreateHub") == []


def test_the_same_content_is_registered_once() -> None:
    client = FakeSageMaker()
    one, _ = registry(client)
    first = one.register(SCORER)
    assert one.register(SCORER) == Registered(first.arn, "1.0.0", new=False)
    assert len(client.contents) == 1


def test_other_content_is_the_next_version() -> None:
    client = FakeSageMaker()
    one, _ = registry(client)
    versions = [
        one.register(scorer_content("tone", f"{LAMBDA}f{number}", from_file=False)).version
        for number in range(11)
    ]
    assert versions == [f"{number}.0.0" for number in range(1, 12)]


def test_a_version_that_failed_is_told_and_made_anew() -> None:
    client = FakeSageMaker(states=("Importing", "ImportFailed"))
    one, _ = registry(client)
    with pytest.raises(RegistrationFailed, match="is ImportFailed: no such bucket"):
        one.register(SCORER)
    client.states = ()
    client.contents[0]["status"] = "ImportFailed"
    assert one.register(SCORER).version == "2.0.0"


def test_an_import_without_end_is_given_up() -> None:
    client = FakeSageMaker(states=("Importing",) * 1000)
    one, slept = registry(client)
    with pytest.raises(RegistrationFailed, match="is Importing"):
        one.register(SCORER)
    assert sum(slept) == 600


def test_a_version_that_somebody_took_is_not_overwritten() -> None:
    client = FakeSageMaker()
    client.errors["ImportHubContent"] = ["ResourceInUse"]
    assert registry(client)[0].register(SCORER).version == "1.0.0"
    client.errors["ImportHubContent"] = ["ResourceInUse"] * 3
    other = scorer_content("tone", LAMBDA + "other", from_file=False)
    with pytest.raises(RegistrationFailed, match="Others keep registering"):
        registry(client)[0].register(other)


def test_a_hub_that_somebody_made_meanwhile_will_do() -> None:
    client = FakeSageMaker()
    client.errors = {"DescribeHub": ["ResourceNotFound"], "CreateHub": ["ResourceInUse"]}
    assert registry(client)[0].register(SCORER).new


@pytest.mark.parametrize("status", ["CreateFailed", "Deleting"])
def test_a_hub_that_cannot_be_used_is_told(status: str) -> None:
    with pytest.raises(RegistrationFailed, match=f"hub is {status}"):
        registry(FakeSageMaker(hub=status))[0].register(SCORER)


@pytest.mark.parametrize(
    "operation", ["DescribeHub", "CreateHub", "DescribeHubContent", "ImportHubContent"]
)
def test_a_missing_permission_is_named(operation: str) -> None:
    client = FakeSageMaker(hub=None)
    client.errors[operation] = ["AccessDeniedException"]
    with pytest.raises(RegistrationFailed, match=f"may not use sagemaker:{operation}"):
        registry(client)[0].register(SCORER)
    assert client.contents == []


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", TransientServiceError), ("ValidationException", ClientError)],
)
def test_an_error_is_never_taken_for_a_first_version(code: str, error: type[Exception]) -> None:
    client = FakeSageMaker()
    client.errors["DescribeHubContent"] = [code]
    with pytest.raises(error):
        registry(client)[0].register(SCORER)
    assert client.contents == []


@pytest.mark.parametrize("name", ["", "my_scorer", "-x", "x-", "x" * 64, "a b", "ä"])
def test_a_name_that_the_hub_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(RegistrationFailed, match="letters, digits and hyphens"):
        registry(FakeSageMaker())[0].register(SCORER._replace(name=name))


def source(tmp_path: Path, code: str = CODE, name: str = "tone.py") -> Path:
    path = tmp_path / name
    path.write_text(code)
    return path


def test_a_file_is_packaged_as_lambda_expects_it(tmp_path: Path) -> None:
    package = scorer_package(source(tmp_path))
    assert package == scorer_package(source(tmp_path, name="other.py"))
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.namelist() == ["lambda_function.py"]
        assert archive.read("lambda_function.py").decode() == CODE
        assert archive.infolist()[0].external_attr >> 16 & 0o444 == 0o444


@pytest.mark.parametrize(
    "code",
    [
        "def lambda_handler(event, context, limit=3): ...",
        "def lambda_handler(*args): ...",
        "import boto3, os.path\nlambda_handler = print",
        "try:\n    import numpy\nexcept ImportError:\n    pass\n" + CODE,
        "from __future__ import annotations\n" + CODE,
    ],
)
def test_what_can_be_called_with_event_and_context_is_a_scorer(tmp_path: Path, code: str) -> None:
    assert scorer_package(source(tmp_path, code))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "has no function lambda_handler"),
        ("def handler(event, context): ...", "aggregate_reward_score"),
        ("class A:\n    def lambda_handler(self, context): ...", "has no function"),
        ("def lambda_handler(event): ...", "does not take event and context"),
        ("def lambda_handler(event, context, more): ...", "does not take event"),
        ("def lambda_handler(event, context, *, more): ...", "does not take event"),
        ("async def lambda_handler(event, context): ...", "async"),
        ("x = 1\ndef lambda_handler(", "is not Python in line 2"),
        ("\0", "is not Python"),
        ("import numpy as np\nfrom rouge.x import y\n" + CODE, "does not have: numpy, rouge"),
        ("from .helpers import x\n" + CODE, "does not have: other files"),
    ],
)
def test_a_file_that_is_no_scorer_is_refused(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(ScorerNotUsable, match=said) as caught:
        scorer_package(source(tmp_path, code))
    assert "tone.py" in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScorerNotUsable, match="cannot be read: No such file"):
        scorer_package(tmp_path / "none.py")


@pytest.mark.parametrize("name", ["t", "x" * 63])
def test_a_functions_name_says_sagemaker_and_what_it_is_made_of(name: str) -> None:
    made = function_name(name, b"code", ROLE)
    assert made.startswith(f"SageMaker-evaluator-{name[:20]}")
    assert len(made) <= 64
    others = [(name + "y", b"code", ROLE), (name, b"codes", ROLE), (name, b"code", ROLE + "2")]
    assert len({made, *(function_name(*other) for other in others)}) == 4


def test_a_function_is_made_once(tmp_path: Path) -> None:
    client, package = FakeLambda("Pending", "Pending"), scorer_package(source(tmp_path))
    slept: list[float] = []
    first = make_function(client, "tone", package, ROLE, sleep=slept.append)
    assert make_function(client, "tone", package, ROLE, sleep=slept.append) == first
    assert len(client.functions) == 1
    assert slept == [2, 2]
    made = client.made("CreateFunction")[0]
    assert (made["Handler"], made["Role"]) == ("lambda_function.lambda_handler", ROLE)
    assert made["Timeout"] == 60


def test_a_function_that_somebody_changed_is_not_used() -> None:
    client = FakeLambda()
    made = make_function(client, "tone", b"code", ROLE)
    client.functions[made.arn.removeprefix(LAMBDA)]["CodeSha256"] = "else"
    with pytest.raises(RegistrationFailed, match="somebody changed it"):
        make_function(client, "tone", b"code", ROLE)


def test_a_function_that_fails_is_told() -> None:
    with pytest.raises(RegistrationFailed, match="The function is Failed"):
        make_function(FakeLambda("Pending", "Failed"), "tone", b"code", ROLE, sleep=lambda _: None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "lambda:CreateFunction \\(with iam:PassRole\\)"),
        ("InvalidParameterValueException", "trusted by lambda.amazonaws.com"),
    ],
)
def test_a_function_that_may_not_be_made_says_why(code: str, said: str) -> None:
    client = FakeLambda()
    client.errors["CreateFunction"] = [code]
    with pytest.raises(RegistrationFailed, match=said):
        make_function(client, "tone", b"code", ROLE)


def test_a_function_that_is_there_is_taken() -> None:
    client = FakeLambda()
    client.functions["SageMaker-x"] = client.functions["x"] = {}
    assert existing_function(client, LAMBDA + "SageMaker-x").notes == ()
    (note,) = existing_function(client, LAMBDA + "x").notes
    assert "lambda:InvokeFunction" in note
    client.errors["GetFunction"] = ["AccessDeniedException"]
    (note,) = existing_function(client, LAMBDA + "SageMaker-x").notes
    assert "Not checked" in note


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (LAMBDA + "SageMaker-none", "no such Lambda function"),
        ("SageMaker-x", "no ARN of a Lambda function"),
        (LAMBDA.replace("us-west-2", "eu-west-1") + "x", "the hub in us-west-2"),
    ],
)
def test_a_function_that_cannot_be_used_is_refused(arn: str, said: str) -> None:
    with pytest.raises(ScorerNotUsable, match=said):
        existing_function(FakeLambda(), arn)


LINES = b'{"query": "q", "response": "r"}\n\n{"query": "q2"}\n'


def test_a_file_in_s3_stays_where_it_is() -> None:
    client = FakeS3(**{"sets/a.jsonl": LINES})
    assert data_in_s3(client, "s3://data/sets/a.jsonl") == Data("data", "sets/a.jsonl", False)


def test_a_local_file_is_uploaded_to_where_its_content_says(tmp_path: Path) -> None:
    path, client = tmp_path / "a.jsonl", FakeS3()
    keys = []
    for data in (LINES, LINES, LINES * 2):
        path.write_bytes(data)
        keys.append(uploaded_data(client, path, name="qa", bucket="mine").key)
    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("datasets/qa/")
    assert client.files == {f"mine/{keys[0]}": LINES, f"mine/{keys[2]}": LINES * 2}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b'{}\nsecret\n[1]\n{"a": 1}', "2 of 4 lines are not JSON objects: 2, 3"),
        (b"x\n" * 9, "9 of 9 lines are not JSON objects: 1, 2, 3, 4, 5 and more"),
        (LINES * 4, "has 196 bytes"),
    ],
)
def test_a_file_that_is_no_dataset_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str
) -> None:
    monkeypatch.setattr(dataset_source, "LARGEST_BYTES", 100)
    path, client = tmp_path / "a.jsonl", FakeS3(**{"a.jsonl": data})
    path.write_bytes(data)
    for look in (
        lambda: uploaded_data(client, path, name="qa", bucket="mine"),
        lambda: data_in_s3(client, "s3://data/a.jsonl"),
    ):
        with pytest.raises(DatasetInvalid, match=said) as caught:
            look()
        assert "secret" not in str(caught.value)
    assert list(client.files) == ["a.jsonl"]


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("s3://data/none.jsonl", DatasetNotFound),
        ("s3://data", DatasetNotFound),
        ("s3://data/a.csv", DatasetInvalid),
        ("s3://data/denied.jsonl", RegistrationFailed),
    ],
)
def test_what_is_no_dataset_in_s3_is_refused(uri: str, error: type[ModelevalError]) -> None:
    with pytest.raises(error):
        data_in_s3(FakeS3(), uri)


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made: dict[str, Any] = {
        "lambda": FakeLambda(),
        "sagemaker": FakeSageMaker(),
        "s3": FakeS3(**{"a/Q A.jsonl": LINES}),
        "sts": SimpleNamespace(get_caller_identity=lambda: {"Account": ACCOUNT}),
    }
    monkeypatch.setattr(cli, "_client", made.__getitem__)
    environment = SimpleNamespace(bucket_name="the-stacks")
    deployment = SimpleNamespace(services=SimpleNamespace(environment=environment))
    monkeypatch.setattr(cli, "Deployment", lambda _: deployment)
    return made


def command(*words: str) -> Any:
    app = typer.Typer()
    cli.register_commands(app)
    result = CliRunner().invoke(app, ["register", *words])
    if isinstance(result.exception, ModelevalError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_registers_a_file_and_prints_the_arn(
    tmp_path: Path, clients: dict[str, Any]
) -> None:
    words = ["scorer", str(source(tmp_path, name="my_tone.py")), "--role", ROLE]
    arn = command(*words).splitlines()[-1]
    assert parse_evaluator(arn, field="x").endswith("/JsonDoc/my-tone/1.0.0")
    again = json.loads(command(*words, "--json"))
    assert again == {"arn": arn, "version": "1.0.0", "new": False, "notes": []}
    keywords = clients["sagemaker"].contents[0]["HubContentSearchKeywords"]
    assert {"method:byoc", "@contenttype:byocode"} <= set(keywords)


def test_the_command_registers_a_function_and_says_what_it_must_return(
    clients: dict[str, Any],
) -> None:
    clients["lambda"].functions["score_it"] = {}
    found = json.loads(command("scorer", LAMBDA + "score_it", "--json"))
    assert found["arn"].endswith("/JsonDoc/score-it/1.0.0")
    assert any("aggregate_reward_score" in note for note in found["notes"])


@pytest.mark.parametrize("role", [[], ["--role", "my-role"]])
def test_a_file_needs_a_role(tmp_path: Path, clients: dict[str, Any], role: list[str]) -> None:
    with pytest.raises(ModelevalError, match="role"):
        command("scorer", str(source(tmp_path)), *role)
    assert clients["lambda"].calls == []


@pytest.mark.parametrize(("bucket", "into"), [([], "the-stacks"), (["--bucket", "m"], "m")])
def test_the_command_uploads_a_dataset(
    tmp_path: Path, clients: dict[str, Any], bucket: list[str], into: str
) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_bytes(LINES)
    arn = command("dataset", str(path), *bucket).splitlines()[-1]
    assert parse_dataset_arn(arn, field="x").name == "qa"
    document = json.loads(clients["sagemaker"].contents[0]["HubContentDocument"])
    assert document["DatasetS3Bucket"] == into
    assert f"{into}/{document['DatasetS3Prefix']}" in clients["s3"].files
    assert "DatasetRoleArn" not in document


def test_the_command_registers_a_dataset_in_s3(clients: dict[str, Any]) -> None:
    found = json.loads(command("dataset", "s3://data/a/Q A.jsonl", "--json", "--domain", "d-1"))
    assert found["arn"].endswith("/DataSet/Q-A/1.0.0")
    (content,) = clients["sagemaker"].contents
    assert content["HubContentSearchKeywords"] == ["method:generated", "@domain:d-1"]
