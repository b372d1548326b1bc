from __future__ import annotations

import pytest
from botocore.stub import Stubber
from unit_documents import BUCKET, settings

from modeleval.errors import DatasetNotFound, Refused, SuiteNotFound
from modeleval.locations import Location, locate, open_location
from modeleval.objects import Objects

ALLOWED = {"name": "team-data", "account": "111122223333"}


def place_of(text: str, *, error: type[Refused] = DatasetNotFound) -> Location:
    return locate(
        text,
        own_bucket=BUCKET,
        settings=settings(datasetBuckets=[ALLOWED]),
        field="evaluations[0].dataset",
        error=error,
    )


def refusal(text: str, *, error: type[Refused] = DatasetNotFound) -> str:
    with pytest.raises(error) as caught:
        place_of(text, error=error)
    assert "evaluations[0].dataset" in str(caught.value)
    return str(caught.value)


def test_a_key_is_one_of_the_deployed_bucket() -> None:
    assert place_of("datasets/a.jsonl") == Location(BUCKET, "datasets/a.jsonl", None)


def test_the_deployed_bucket_may_be_named_in_full() -> None:
    place = place_of(f"s3://{BUCKET}/datasets/a.jsonl")
    assert place == place_of("datasets/a.jsonl")
    assert place.uri == f"s3://{BUCKET}/datasets/a.jsonl"


def test_an_allowed_bucket_is_read_with_its_owner() -> None:
    assert place_of("s3://team-data/x/a.jsonl") == Location(
        "team-data", "x/a.jsonl", ALLOWED["account"]
    )


def test_another_bucket_is_refused_with_the_setting_that_would_allow_it() -> None:
    message = refusal("s3://somebodys-data/a.jsonl")
    assert "somebodys-data is not one that the settings allow" in message
    assert "datasetBuckets in cdk.json" in message


def test_a_bucket_is_not_allowed_by_a_part_of_its_name() -> None:
    refusal("s3://team-data-2/a.jsonl")
    refusal("s3://team-dat/a.jsonl")


@pytest.mark.parametrize("text", ["runs/mexyz/inputs/e0.jsonl", f"s3://{BUCKET}/runs/x.jsonl"])
def test_the_runs_own_files_are_refused(text: str) -> None:
    assert "among the runs' own files" in refusal(text)


def test_a_folder_whose_name_begins_like_the_runs_is_not_theirs() -> None:
    assert place_of("runs-of-old/a.jsonl").key == "runs-of-old/a.jsonl"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a.jsonl",
        "S3://team-data/a.jsonl",
        "s3://team-data",
        "s3://team-data/",
        "s3://Team_Data/a.jsonl",
        "arn:aws:s3:::team-data/a.jsonl",
        "/home/me/a.jsonl",
        "file:///a.jsonl",
    ],
)
def test_a_wrong_form_is_answered_with_the_right_ones(text: str) -> None:
    message = refusal(text)
    assert "neither a key in the deployed bucket nor an s3:// URI" in message
    assert f"s3://{BUCKET}/<key>" in message


def test_the_error_is_the_one_of_what_is_looked_for() -> None:
    assert "not one that the settings allow" in refusal("s3://xyz/a.yaml", error=SuiteNotFound)


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket"])
def test_what_is_missing_is_answered_with_the_command_that_uploads_it(
    s3: Stubber, code: str
) -> None:
    s3.add_client_error("get_object", code, http_status_code=404)
    with pytest.raises(DatasetNotFound) as caught:
        open_location(Objects(s3.client, BUCKET), place_of("datasets/a.jsonl"), field="dataset")
    assert f"There is nothing at s3://{BUCKET}/datasets/a.jsonl (dataset)" in str(caught.value)
    assert f"aws s3 cp <file> s3://{BUCKET}/datasets/a.jsonl" in str(caught.value)


def test_what_may_not_be_read_is_answered_with_what_to_check(s3: Stubber) -> None:
    s3.add_client_error("get_object", "AccessDenied", http_status_code=403)
    with pytest.raises(SuiteNotFound) as caught:
        open_location(
            Objects(s3.client, BUCKET),
            place_of("s3://team-data/s.yaml"),
            field="suite",
            error=SuiteNotFound,
        )
    assert "s3://team-data/s.yaml may not be read" in str(caught.value)
    assert "datasetBuckets" in str(caught.value)
