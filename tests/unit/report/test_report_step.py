"""The step that writes the report: it never fails a run, and says what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from report_world import RUN, ReportWorld
from unit_documents import BUCKET

from modeleval.artifacts import report_key, summary_key
from modeleval.errors import TransientServiceError
from modeleval.report import step
from modeleval.report.render import DOCTYPE
from modeleval.report.step import write_report
from modeleval.store.items import RunStatus
from modeleval.store.promotions import PromotionStore


@pytest.fixture
def world() -> ReportWorld:
    found = ReportWorld()
    table: Any = found.table
    found.services.promotions = PromotionStore(table)
    return found


def test_a_published_run_gets_its_report_and_says_where(world: ReportWorld) -> None:
    told = {"uri": f"s3://{BUCKET}/runs/{RUN}/report.html"}
    assert write_report(RUN, world.services) == {"report": told}
    assert world.run.report == told
    assert world.s3.objects[report_key(RUN)].startswith(DOCTYPE)
    assert world.s3.types[report_key(RUN)] == "text/html; charset=utf-8"


def test_done_again_it_is_made_anew(world: ReportWorld) -> None:
    write_report(RUN, world.services)
    first = world.s3.objects[report_key(RUN)]
    assert write_report(RUN, world.services)["report"] == world.run.report
    assert world.s3.objects[report_key(RUN)] == first


def test_a_run_without_scores_has_no_report_yet(world: ReportWorld) -> None:
    world.store.create_run(world.run.model_copy(update={"run_id": "menew", "published": False}))
    assert write_report("menew", world.services) == {}
    assert report_key("menew") not in world.s3.objects


@pytest.mark.parametrize("data", [b"{}", b"no JSON", b'{"evaluations": [{"name": "prompt text"}]}'])
def test_a_report_that_cannot_be_made_is_told_by_the_errors_name(
    world: ReportWorld, data: bytes
) -> None:
    world.s3.objects[summary_key(RUN)] = data
    told = write_report(RUN, world.services)["report"]
    assert set(told) == {"error"}
    assert told["error"] in {"KeyError", "JSONDecodeError"}
    assert world.run.report == told
    assert world.run.status is RunStatus.PARTIAL
    assert report_key(RUN) not in world.s3.objects


def test_what_may_pass_is_tried_again(world: ReportWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: Any) -> Any:
        raise TransientServiceError("S3 is busy", action="Wait.")

    monkeypatch.setattr(step, "make_report", throttled)
    with pytest.raises(TransientServiceError):
        write_report(RUN, world.services)
    assert world.run.report is None
