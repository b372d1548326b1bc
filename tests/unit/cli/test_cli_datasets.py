"""`modeleval validate`, `peek` and `convert`: what they print, and how they end."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from cli_world import CliWorld
from dataset_world import Folder, RangedS3, jsonl, record

from modeleval.cli import dataset_files

URI = "s3://team-data/sets/answers.jsonl"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> RangedS3:
    fake = RangedS3()
    monkeypatch.setattr(dataset_files.boto3, "client", lambda *_, **__: fake)
    return fake


def test_a_valid_dataset_is_said_to_be(world: CliWorld, folder: Folder) -> None:
    file = folder.put("a.jsonl", record(0), record(1))
    ended = world.command("validate", file)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        f"{file} looks like Bedrock prompts with precomputed responses; "
        "validated for bedrock-judge\n"
        "Valid: 2 records, responses of bot-v1\n"
        "Categories: numbers (2)\n"
    )


def test_the_same_problem_of_many_lines_is_one_row(world: CliWorld, folder: Folder) -> None:
    lines = [record(n, prompt=5 if n % 2 else "Fine?") for n in range(6)]
    ended = world.command("validate", folder.put("a.jsonl", *lines, record(prompt=None)))
    assert ended.code == 1
    assert ended.out.splitlines()[1:4] == [
        "4 problems",
        "- lines 2, 4 and 6, prompt: is a number, and must be a string. Make it a string",
        "- line 7, prompt: is missing. Give the record its prompt",
    ]


def test_more_kinds_of_problem_than_fifty_are_a_number(world: CliWorld, folder: Folder) -> None:
    names = [f"bot{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60)]
    answers = [[{"response": "a", "modelIdentifier": name}] for name in names]
    lines = [record(n, modelResponses=answer) for n, answer in enumerate(answers)]
    ended = world.command("validate", folder.put("a.jsonl", *lines))
    assert "59 problems\n" in ended.out
    assert "\n- and 9 more problems after these; correct these first\n" in ended.out


@pytest.mark.parametrize(
    ("records", "arguments", "heading", "code"),
    [
        ([{"prompt": "a"}], [], "Bedrock prompts; validated for bedrock-judge, live", 0),
        ([{"prompt": "a"}], ["--identifier", "b"], "Bedrock prompts; validated for bedrock-j", 1),
        ([record()], ["--identifier", "bot-v1"], "; validated for bedrock-judge", 0),
        ([record()], ["--identifier", "bot-v2"], "; validated for bedrock-judge", 1),
        ([record()], ["--live"], "; validated for bedrock-judge, live", 0),
        ([record()], ["--kind", "bedrock-human"], "; validated for bedrock-human", 0),
        ([{"query": "a"}], [], "SageMaker query and response; validated for sagemaker-judge", 0),
        ([{"query": "a"}], ["--kind", "sagemaker-scorer"], "; validated for sagemaker-scorer", 1),
        ([{"prompt": "a"}], ["--kind", "bedrock-programmatic"], "for bedrock-programmatic", 0),
        ([record()], ["--kind", "reference-metrics"], "for reference-metrics", 0),
        ([record(prompt="x" * 5000)], ["--kind", "lambda-scorer"], "for lambda-scorer", 0),
        ([record()], ["--kind", "lambda-scorer", "--identifier", "b"], "for lambda-scorer", 1),
        ([record(talk=1)], ["--cluster-field", "talk"], "; validated for bedrock-judge", 0),
        ([record()], ["--cluster-field", "talk"], "; validated for bedrock-judge", 1),
        ([record(name="a")], ["--key-field", "name"], "; validated for bedrock-judge", 0),
        ([record()], ["--key-field", "name"], "; validated for bedrock-judge", 1),
        ([record(prompt="x" * 5000)], [], "; validated for bedrock-judge", 1),
        ([record(prompt="x" * 5000)], ["--allow-long-prompts"], "; validated for", 0),
    ],
)
def test_options_say_what_the_suite_would(  # noqa: PLR0917 - the parameters of the table
    world: CliWorld, folder: Folder, records: Any, arguments: list[str], heading: str, code: int
) -> None:
    ended = world.command("validate", folder.put("a.jsonl", *records), *arguments)
    assert (ended.code, ended.err) == (code, "")
    assert heading in ended.out.splitlines()[0]


def test_metrics_decide_what_is_asked_of_references(world: CliWorld, folder: Folder) -> None:
    file = folder.put("a.jsonl", record(referenceResponse=None))
    assert "Correctness and Completeness are judged without" in world.command("validate", file).out
    asked = world.command("validate", file, "--metric", "helpfulness")
    assert "Warnings" not in asked.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "bedrock-juge"], "'bedrock-juge' is none of bedrock-judge, bedrock-human"),
        (["--kind", "sagemaker-judge", "--live"], "sagemaker-judge takes no responses"),
        (["--live", "--identifier", "a"], "--live expects no responses"),
        (["--identifier", "a", "--identifier", "b"], "bedrock-judge takes at most 1"),
        (["--metric", "LogicalCoherence"], "LogicalCoherence"),
        (["--kind", "bedrock-human", "--metric", "Coherence"], "has no built-in metrics"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    world: CliWorld, folder: Folder, arguments: list[str], message: str
) -> None:
    ended = world.command("validate", folder.put("a.jsonl", record()), *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in " ".join(ended.err.replace("│", " ").split())


def test_validate_prints_one_document(world: CliWorld, folder: Folder) -> None:
    file = folder.put("a.jsonl", record(0), record(1, prompt=5), record(2, prompt=6))
    ended = world.command("validate", file, "--json")
    assert (ended.code, ended.err) == (1, "")
    found = ended.document
    assert (found["valid"], found["kind"], found["records"]) == (False, "bedrock-judge", 1)
    assert found["looks"] == "looks like Bedrock prompts with precomputed responses"
    assert found["problemCount"] == 2
    assert found["problems"] == [
        {
            "line": 2,
            "field": "prompt",
            "what": "is a number, and must be a string",
            "action": "Make it a string",
            "count": 2,
            "lines": [[2, 3]],
            "allLines": True,
        }
    ]


OTHER_FILES = [
    (
        gzip.compress(b"a", mtime=0),
        "looks like a file compressed with gzip (FILE). Use the file uncompr",
    ),
    (b"prompt,answer\na,b\n", "looks like CSV (FILE). Write one JSON object per line, with the"),
    (b"PK\x03\x04....", "looks like an Excel file or a zip archive (FILE). Export it as JSON"),
    (json.dumps(record()).encode("utf-16"), "looks like text in UTF-16 (FILE). Save it as UTF-8."),
    (
        gzip.compress(b"a", mtime=0),
        "looks like a file compressed with gzip (FILE). Use the file uncompr",
    ),
    (b"", "looks like an empty file (FILE). Write one JSON object per line."),
    (
        b'{"prompt": "' + b"secret " * 300_000,
        "looks like one line of more than 1,048,576 bytes (FILE). Write one JSON object per line",
    ),
    (jsonl({"question": 1}), "looks like no format that is known: its fields are question (FILE)."),
]


@pytest.mark.parametrize("command", ["validate", "convert"])
@pytest.mark.parametrize(("data", "message"), OTHER_FILES)
def test_other_files_are_answered_in_one_sentence(
    world: CliWorld, folder: Folder, command: str, data: bytes, message: str
) -> None:
    file = folder.write("a.jsonl", data)
    more = [str(folder.path / "out.jsonl"), "--to", "messages"] if command == "convert" else []
    ended = world.command(command, file, *more)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"DatasetInvalid: The file {message.replace('FILE', file)}")
    assert ended.err.count("\n") == 1
    assert folder.names == ["a.jsonl"]


@pytest.mark.parametrize(("data", "message"), OTHER_FILES)
def test_peek_says_what_other_files_look_like(
    world: CliWorld, folder: Folder, data: bytes, message: str
) -> None:
    ended = world.command("peek", folder.write("a.jsonl", data))
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("It " + message.split(" (FILE)", maxsplit=1)[0])
    assert "secret" not in ended.out


@pytest.mark.parametrize("command", ["validate", "peek"])
@pytest.mark.parametrize(
    ("path", "message"),
    [("gone.jsonl", "There is no such file"), (".", "This is a folder")],
)
def test_what_is_no_file_is_an_error(
    world: CliWorld, folder: Folder, command: str, path: str, message: str
) -> None:
    where = str(folder.path / path)
    ended = world.command(command, where)
    assert (ended.code, ended.out) == (1, "")
    said = f"DatasetNotFound: {message} ({folder.path / path}). Name a JSON Lines file.\n"
    assert ended.err == said


def test_peek_says_what_the_data_is_like(world: CliWorld, folder: Folder) -> None:
    ended = world.command("peek", folder.put("a.jsonl", record(0), record(1)))
    assert ended.code == 0
    said = " ".join(ended.out.split())
    for part in (
        "It looks like Bedrock prompts with precomputed responses",
        "2 records, ",
        "Categories: numbers (2)",
        "Responses of bot-v1",
        "References: 100% of the records",
        "│ bedrock-judge │ Correctness │ yes │ measured by the references │",
    ):
        assert part in said
    assert "What is" not in ended.out


def test_peek_shows_texts_if_it_is_asked_to_and_obeys_none_of_them(
    world: CliWorld, folder: Folder
) -> None:
    file = folder.put("a.jsonl", record(prompt="\x1b[31mred[/]\n\x07bell" + "x" * 500))
    ended = world.command("peek", file, "--show-text")
    assert "\\x1b[31mred[/]\\n\\x07bell" in ended.out
    assert "\x1b" not in ended.out
    assert "\x07" not in ended.out
    assert "x" * 300 not in ended.out
    document = world.command("peek", file, "--show-text", "--json")
    assert "\x1b" not in document.out
    assert document.document["texts"][0]["asked"][0]["content"].startswith("\x1b[31mred")


def test_peek_prints_one_document_without_text(world: CliWorld, folder: Folder) -> None:
    file = folder.put("a.jsonl", record())
    found = world.command("peek", file, "--json").document
    assert (found["source"], found["format"]) == (file, "bedrock-responses")
    assert "texts" not in found
    assert found["supports"][0] == {
        "kind": "bedrock-judge",
        "metric": "Correctness",
        "usable": True,
        "says": "measured by the references",
    }


def test_names_and_categories_are_not_obeyed_either(world: CliWorld, folder: Folder) -> None:
    file = folder.put("a.jsonl", record(category="[bold]\x1b[2Jx", **{"a\x1bb": 1}))
    for command in ("peek", "validate"):
        ended = world.command(command, file)
        assert "\x1b" not in ended.out
        assert "[bold]\\x1b[2Jx (1)" in ended.out


def test_a_conversion_says_what_it_left_out(world: CliWorld, folder: Folder) -> None:
    lines = [record(0), record(1, ticket=7)]
    out = str(folder.path / "out.jsonl")
    ended = world.command("convert", folder.put("a.jsonl", *lines), out, "--to", "query-response")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == (
        f"2 records as SageMaker query and response in {out}\n"
        "- left out: the responses, of 2 records\n"
        "- left out: ticket, of 1 record\n"
    )
    assert folder.lines("out.jsonl")[1] == {
        "query": "What is 1?",
        "response": "1",
        "category": "numbers",
    }


def test_records_that_cannot_be_written_are_said_by_line(world: CliWorld, folder: Folder) -> None:
    lines = [{"query": "a", "response": "b"}, {"query": "a"}, {"query": "c"}]
    out = str(folder.path / "out.jsonl")
    file = folder.put("a.jsonl", *lines)
    ended = world.command("convert", file, out, "--to", "prompt-completion")
    assert ended.code == 0
    assert "- left out: 2 records (lines 2 and 3): no answer, and the format needs" in ended.out
    found = world.command("convert", file, out, "--to", "prompt-completion", "--force", "--json")
    assert found.document["leftRecords"] == [
        {"why": "no answer, and the format needs one", "records": 2, "lines": [2, 3]}
    ]
    assert (found.document["read"], found.document["written"]) == (3, 1)


def test_nothing_is_written_if_nothing_can_be(world: CliWorld, folder: Folder) -> None:
    file, out = folder.put("a.jsonl", {"query": "a"}), str(folder.path / "out.jsonl")
    ended = world.command("convert", file, out, "--to", "prompt-completion")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        "DatasetInvalid: None of 1 records can be written as Hugging Face prompt and completion "
        f"({file}). 1: no answer, and the format needs one\n"
    )
    assert folder.names == ["a.jsonl"]


def test_nothing_is_written_if_a_line_is_wrong(world: CliWorld, folder: Folder) -> None:
    file, out = folder.put("a.jsonl", record(), record(prompt=5)), str(folder.path / "out.jsonl")
    ended = world.command("convert", file, out, "--to", "messages")
    assert (ended.code, ended.err) == (1, "")
    assert ended.out.splitlines()[:2] == [
        "1 problem",
        "- line 2, prompt: is a number, and must be a string. Make it a string",
    ]
    assert folder.names == ["a.jsonl"]
    found = world.command("convert", file, out, "--to", "messages", "--json")
    assert (found.code, found.document["written"], found.document["problemCount"]) == (1, 0, 1)


def test_an_existing_file_is_replaced_only_by_force(world: CliWorld, folder: Folder) -> None:
    file, out = folder.put("a.jsonl", record()), folder.write("out.jsonl", b"precious")
    ended = world.command("convert", file, out, "--to", "messages")
    assert (ended.code, ended.out) == (2, "")
    assert "exists; --force" in " ".join(ended.err.replace("│", " ").split())
    assert (folder.path / "out.jsonl").read_bytes() == b"precious"
    assert world.command("convert", file, out, "--to", "messages", "--force").code == 0
    assert folder.lines("out.jsonl")[0]["category"] == "numbers"
    assert folder.names == ["a.jsonl", "out.jsonl"]


def test_a_failed_conversion_leaves_what_was_there(world: CliWorld, folder: Folder) -> None:
    file, out = folder.put("a.jsonl", record(prompt=5)), folder.write("out.jsonl", b"precious")
    assert world.command("convert", file, out, "--to", "messages", "--force").code == 1
    assert (folder.path / "out.jsonl").read_bytes() == b"precious"
    assert folder.names == ["a.jsonl", "out.jsonl"]


@pytest.mark.parametrize("how", ["itself", "link", "path"])
def test_the_input_is_never_overwritten(world: CliWorld, folder: Folder, how: str) -> None:
    file = folder.put("a.jsonl", record())
    before = Path(file).read_bytes()
    out = {"itself": file, "link": str(folder.path / "l"), "path": f"{folder.path}/./a.jsonl"}[how]
    if how == "link":
        (folder.path / "l").symlink_to(file)
    ended = world.command("convert", file, out, "--to", "messages", "--force")
    assert (ended.code, ended.out) == (2, "")
    assert "is the file that is read" in " ".join(ended.err.replace("│", " ").split())
    assert Path(file).read_bytes() == before


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("no/such/out.jsonl", "There is no folder"),
        (".", "is a folder; name a file in it"),
        ("s3://bucket/out.jsonl", "OUT is a local file; upload it with aws s3 cp"),
    ],
)
def test_where_it_cannot_be_written_is_wrong_usage(
    world: CliWorld, folder: Folder, out: str, message: str
) -> None:
    file = folder.put("a.jsonl", record())
    where = out if out.startswith("s3:") else str(folder.path / out)
    ended = world.command("convert", file, where, "--to", "messages")
    assert (ended.code, ended.out) == (2, "")
    assert message in " ".join(ended.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "csv"], "'csv' is none of rag-turns, bedrock-responses, bedrock-prompts"),
        ([], "Missing option '--to'"),
        (["--to", "bedrock-responses"], "has that format already"),
        (["--to", "messages", "--identifier", "a"], "leave --identifier out"),
        (["--to", "messages", "--answers", "both"], "--answers"),
    ],
)
def test_conversions_that_mean_nothing_are_wrong_usage(
    world: CliWorld, folder: Folder, arguments: list[str], message: str
) -> None:
    file, out = folder.put("a.jsonl", record()), str(folder.path / "out.jsonl")
    ended = world.command("convert", file, out, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert message in " ".join(ended.err.replace("│", " ").split())
    assert folder.names == ["a.jsonl"]


def test_objects_are_read_as_files_are(world: CliWorld, folder: Folder, s3: RangedS3) -> None:
    s3.objects["team-data", "sets/answers.jsonl"] = jsonl(record(0), record(1))
    validated = world.command("validate", URI)
    assert (validated.code, validated.err) == (0, "")
    assert "Valid: 2 records, responses of bot-v1" in validated.out
    out = str(folder.path / "out.jsonl")
    assert world.command("convert", URI, out, "--to", "messages").code == 0
    assert len(folder.lines("out.jsonl")) == 2


def test_peek_reads_a_big_object_by_ranges_alone(world: CliWorld, s3: RangedS3) -> None:
    data = jsonl(*(record(number, prompt="x" * 900) for number in range(5000)))
    s3.objects["team-data", "sets/answers.jsonl"] = data
    ended = world.command("peek", URI, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert len(s3.asked) == 5
    assert all(asked.startswith("bytes=") for asked in s3.asked)
    assert ended.document["bytesRead"] < len(data) / 2
    assert ended.document["complete"] is False


@pytest.mark.parametrize("command", ["validate", "peek"])
def test_objects_that_cannot_be_read_are_named(world: CliWorld, s3: RangedS3, command: str) -> None:
    missing = world.command(command, URI)
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == (
        f"DatasetNotFound: There is nothing there ({URI}). Upload it: aws s3 cp <file> {URI}\n"
    )
    s3.denied.add("sets/answers.jsonl")
    denied = world.command(command, URI)
    assert denied.err.startswith(
        f"DatasetNotFound: These credentials may not read it ({URI}). Ask for s3:GetObject on it"
    )


def test_an_object_that_changes_meanwhile_is_not_mixed(world: CliWorld, s3: RangedS3) -> None:
    s3.objects["team-data", "sets/answers.jsonl"] = jsonl(record(0))

    def change() -> None:
        if s3.asked:  # the second read
            s3.objects["team-data", "sets/answers.jsonl"] = jsonl(record(1))

    s3.on_read = change
    ended = world.command("validate", URI)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"ObjectChanged: The object was changed while it was read ({URI})")


@pytest.mark.parametrize("uri", ["s3://", "s3://bucket", "s3://Bucket/key", "s3://bucket/"])
def test_what_is_no_uri_of_a_file_is_an_error(world: CliWorld, s3: RangedS3, uri: str) -> None:
    ended = world.command("peek", uri)
    assert ended.code == 1
    assert ended.err == (
        f"DatasetNotFound: This is no S3 URI of a file ({uri}). Write s3://<bucket>/<key>.\n"
    )


def test_an_empty_object_is_not_asked_for_a_range(world: CliWorld, s3: RangedS3) -> None:
    s3.objects["team-data", "sets/answers.jsonl"] = b""
    assert "looks like an empty file" in world.command("peek", URI).out
    assert "looks like an empty file" in world.command("validate", URI).err
    assert s3.asked == []
