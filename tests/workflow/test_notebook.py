"""The notebook that `modeleval notebook` writes, executed against the deployed stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from deployed_world import DeployedWorld, suite
from gate_world import lines
from nbclient import NotebookClient

pytestmark = pytest.mark.timeout(900)  # a kernel starts, and a run goes its whole way
OTHER = "other-bot"
ANSWERS = {"billing": "r" * 12 + "w" * 4, "delivery": "r" * 6 + "w" * 10}
WORSE = {"billing": "r" * 4 + "w" * 12, "delivery": "r" * 2 + "w" * 14}


@pytest.fixture
def executed(world: DeployedWorld, tmp_path: Path) -> Any:
    """Of a local suite with two candidates: written by the command, run by one kernel."""
    document = suite(
        world.put_dataset(lines(ANSWERS)),
        name="for-a-notebook",
        responses=[
            {"precomputed": "support-bot-v1"},
            {
                "precomputed": OTHER,
                "dataset": world.put_dataset(lines(WORSE, subject=OTHER)),
            },
        ],
    )
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(document))
    environment = world.aws.environment() | {"IPYTHONDIR": str(tmp_path / "ipython")}
    modeleval = Path(sys.executable).parent / "modeleval"
    subprocess.run(
        [modeleval, "notebook", "mine.yaml", "--stack", world.stack.stack],
        cwd=tmp_path,
        env=environment,
        check=True,
        timeout=60,
    )
    path = tmp_path / "notebooks" / "mine_model-evaluation.ipynb"
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=150, resources={"metadata": {"path": str(path.parent)}}
    )
    with warnings.catch_warnings():
        # Of asyncio and sockets, in the client's own machinery.
        warnings.simplefilter("ignore")
        client.execute(env=environment)
    return notebook


def printed(notebook: Any) -> str:
    return "".join(
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    )


def plots(notebook: Any) -> int:
    return sum(
        "image/png" in output.get("data", {})
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def test_it_runs_from_top_to_bottom_and_says_what_the_table_says(
    world: DeployedWorld, executed: Any
) -> None:
    text = printed(executed)
    run_id = text.split("Run ", 1)[1].split()[0]
    assert "Status: succeeded" in text
    scores = world.store.scores(run_id)
    overall = [score for score in scores if score.category is None]
    assert {score.candidate for score in overall} == {None, OTHER}
    assert len(overall) == 4
    for score in overall:
        line = next(
            line
            for line in text.splitlines()
            if line.startswith(f"answers | {score.candidate or score.subject} | {score.metric} ")
        )
        assert f": {score.mean:.3f} [{score.low:.3f}, {score.high:.3f}] n={score.n} " in line
    summary = json.loads(world.read(f"runs/{run_id}/summary.json"))
    [entry] = summary["evaluations"]
    rows = [row for row in entry["comparisons"] if row["category"] is None]
    assert len(rows) == 2
    for row in rows:
        said = f"{row['metric']} against {OTHER}: {row['word']}, better by {row['difference']:.3f}"
        assert said in text
    worst = entry["lowScores"]["items"][0]
    assert f"answers line {worst['line']}: {worst['metric']}" in text
    estimate = world.store.run(run_id).estimate or {}
    assert f"USD: {estimate['usd']}" in text
    assert "Came back: 128 of 128 judgements" in text
    # The scores, the comparison, and the categories of each of two metrics.
    assert plots(executed) == 4
    assert not os.environ.get("IPYTHONDIR")
