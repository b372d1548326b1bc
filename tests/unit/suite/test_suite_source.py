from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber
from unit_documents import BUCKET, settings, suite

from modeleval.digests import text_digest
from modeleval.errors import SuiteInvalid, SuiteNotFound, TermsNotAccepted
from modeleval.objects import Objects
from modeleval.suite.source import SuiteSource, load_suite
from modeleval.suite.terms import TERMS, TERMS_DIGEST, refuse_unaccepted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "support.yaml").write_text("name: support\n")
    (tmp_path / "search.json").write_text('{"name": "search"}')
    (tmp_path / "notes.txt").write_text("name: notes\n")
    return tmp_path


def load(asked: object, folder: Path, s3: Stubber, **changes: Any) -> SuiteSource:
    objects = Objects(s3.client, BUCKET)
    return load_suite(asked, folder=folder, objects=objects, settings=settings(**changes))


def test_a_name_is_a_deployed_suite(folder: Path, s3: Stubber) -> None:
    assert load("support", folder, s3) == ({"name": "support"}, "deployed", "support.yaml")
    assert load("search", folder, s3) == ({"name": "search"}, "deployed", "search.json")


def test_an_unknown_name_is_answered_with_the_nearest_and_all(folder: Path, s3: Stubber) -> None:
    with pytest.raises(SuiteNotFound) as caught:
        load("suport", folder, s3)
    assert "did you mean support?" in str(caught.value)
    assert "(suite: suport)" in str(caught.value)
    assert "Deployed are: search, support." in str(caught.value)


def test_without_deployed_suites_that_is_said(tmp_path: Path, s3: Stubber) -> None:
    with pytest.raises(SuiteNotFound, match="No suite is deployed"):
        load("support", tmp_path, s3)


@pytest.mark.parametrize("name", ["notes", "../support", "support.yaml", "/etc/passwd"])
def test_only_suites_are_read_and_only_those_of_the_folder(
    folder: Path, s3: Stubber, name: str
) -> None:
    with pytest.raises(SuiteNotFound):
        load(name, folder, s3)


def test_a_document_is_taken_as_it_is(folder: Path, s3: Stubber) -> None:
    document = suite()
    assert load(document, folder, s3) == (document, "inline", "inline")


@pytest.mark.parametrize("asked", [None, "", 3, [], ["support"]])
def test_an_input_without_a_suite_is_answered_with_how_to_start(
    folder: Path, s3: Stubber, asked: object
) -> None:
    with pytest.raises(SuiteInvalid, match="names no suite") as caught:
        load(asked, folder, s3)
    assert '{"suite": "<name>"}' in str(caught.value)


def test_a_uri_is_read_from_s3(folder: Path, s3: Stubber) -> None:
    text = b"name: support\n"
    s3.add_response(
        "get_object",
        {
            "Body": StreamingBody(io.BytesIO(text), len(text)),
            "ETag": "e",
            "ContentLength": len(text),
        },
        {"Bucket": "team-data", "Key": "s.yaml", "ExpectedBucketOwner": "111122223333"},
    )
    buckets = [{"name": "team-data", "account": "111122223333"}]
    found = load("s3://team-data/s.yaml", folder, s3, datasetBuckets=buckets)
    assert found == ({"name": "support"}, "s3", "s3://team-data/s.yaml")


def test_a_suite_from_another_bucket_is_refused(folder: Path, s3: Stubber) -> None:
    with pytest.raises(SuiteNotFound, match="not one that the settings allow"):
        load("s3://team-data/s.yaml", folder, s3)


def test_a_missing_suite_is_answered_with_the_command_that_uploads_it(
    folder: Path, s3: Stubber
) -> None:
    s3.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(SuiteNotFound, match=f"aws s3 cp <file> s3://{BUCKET}/s.yaml"):
        load(f"s3://{BUCKET}/s.yaml", folder, s3)


def test_of_a_suite_that_is_too_large_no_more_is_read_than_shows_it(
    folder: Path, s3: Stubber
) -> None:
    body = io.BytesIO(b"#" * (64 << 20))
    s3.add_response(
        "get_object",
        {"Body": StreamingBody(body, 64 << 20), "ETag": "e", "ContentLength": 64 << 20},
    )
    with pytest.raises(SuiteInvalid, match="bytes long"):
        load(f"s3://{BUCKET}/s.yaml", folder, s3)
    assert body.tell() < 1 << 20


def test_a_broken_suite_in_s3_is_refused_with_its_uri(folder: Path, s3: Stubber) -> None:
    s3.add_response(
        "get_object",
        {"Body": StreamingBody(io.BytesIO(b"a: ["), 4), "ETag": "e", "ContentLength": 4},
    )
    with pytest.raises(SuiteInvalid, match=f"s3://{BUCKET}/s.yaml, line 1"):
        load(f"s3://{BUCKET}/s.yaml", folder, s3)


def test_unaccepted_terms_are_shown_with_the_field_that_accepts_them() -> None:
    with pytest.raises(TermsNotAccepted) as caught:
        refuse_unaccepted()
    assert "set acceptBedrockEvaluationTerms: true" in str(caught.value)
    assert TERMS in str(caught.value)


def test_the_digest_of_the_terms_is_of_their_words() -> None:
    assert text_digest(TERMS) == TERMS_DIGEST
