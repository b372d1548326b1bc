"""One embedded AWS whose functions lose patience early, and one deployed stack."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployed_names import BATCH_SCORER
from deployed_world import JUDGE, DeployedWorld
from fault_world import CLIENT_SCALE, GROUP, FaultWorld

from demo.deployment import bootstrap, deploy, synthesize
from demo.embedded import embedded_aws

SETTINGS = {
    "judgeModels": [JUDGE],
    "lambdaScorerArns": [BATCH_SCORER],
    "notifyEmails": ["team@example.com"],
    "approvalGroups": [GROUP],
    "triggeredRunsPerDay": 1000,
    "suitesFolder": str(Path(__file__).parent / "suites"),
}


@pytest.fixture(scope="session")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultWorld]:
    """The deployed stack."""
    folder = tmp_path_factory.mktemp("assembly") / "cdk.out"
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("MODELEVAL_JUDGE")]:
        del os.environ[name]  # a developer's own judge must not judge here
    with embedded_aws(wait_scale=0.005, client_scale=CLIENT_SCALE, job_seconds=0.3) as aws:
        os.environ.update(aws.environment())
        try:
            synthesize(aws, folder, settings=SETTINGS)
            bootstrap(aws)
            yield FaultWorld(DeployedWorld(aws, deploy(aws, folder)))
        finally:
            os.environ.clear()
            os.environ.update(before)
