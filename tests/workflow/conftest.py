"""One embedded AWS, with IAM enforced, and one deployed stack for all tests here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployed_names import (
    APPLICATION,
    BATCH_SCORER,
    GUARDRAIL,
    NOT_THERE,
    SCORER_FUNCTION,
    TOOL_FUNCTION,
    WORKFLOW,
)
from deployed_world import DeployedWorld
from rag_world import KNOWLEDGE_BASE, OTHER_BASE, RERANKER

from demo.deployment import ROOT, bootstrap, deploy, synthesize
from demo.embedded import embedded_aws

JUDGES = [
    "amazon.nova-pro-v1:0",
    "amazon.nova-premier-v1:0",  # legacy
    "amazon.nova-2-lite-v1:0",  # to be had through an inference profile only
    "anthropic.claude-3-5-sonnet-20240620-v1:0",  # past its end of life, and still listed
    "anthropic.claude-3-5-sonnet-20241022-v2:0",  # past its end of life, and gone
    "openai.gpt-5.4",  # no price is known
    "amazon.no-such-model-v1:0",
    "us.amazon.nova-pro-v1:0",
    "global.amazon.nova-2-lite-v1:0",
]
GENERATORS = [
    "amazon.nova-lite-v1:0",
    "us.amazon.nova-lite-v1:0",
    "global.amazon.nova-2-lite-v1:0",
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
]
SETTINGS = {
    "judgeModels": JUDGES,
    "generatorModels": GENERATORS,
    "knowledgeBaseIds": [KNOWLEDGE_BASE, OTHER_BASE],
    "rerankerModels": [RERANKER],
    "scorerFunctionArns": [SCORER_FUNCTION],
    "lambdaScorerArns": [BATCH_SCORER, NOT_THERE],
    "flowDefinitionArns": [WORKFLOW],
    "targetFunctionArns": [APPLICATION],
    "toolFunctionArns": [TOOL_FUNCTION],
    "guardrailIds": [GUARDRAIL],
    "notifyEmails": ["team@example.com"],
    "pipelineCallbacks": True,
    "approvalGroups": ["promoted", "by-hand"],
}


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedWorld]:
    """The deployed stack. Its judges are some that may be used, and some that must be refused."""
    folder: Path = tmp_path_factory.mktemp("assembly") / "cdk.out"
    before = dict(os.environ)
    own = ("MODELEVAL_JUDGE", "MODELEVAL_TARGET")
    for name in [name for name in os.environ if name.startswith(own)]:
        del os.environ[name]  # a developer's own models must not judge and answer here
    with embedded_aws(wait_scale=0.005, job_seconds=0.3) as aws:
        os.environ.update(aws.environment())
        try:
            suites = tmp_path_factory.mktemp("suites") / "suites"
            shutil.copytree(ROOT / "suites", suites)
            shutil.copytree(Path(__file__).parent / "suites", suites, dirs_exist_ok=True)
            synthesize(aws, folder, settings=SETTINGS | {"suitesFolder": str(suites)})
            bootstrap(aws)
            yield DeployedWorld(aws, deploy(aws, folder))
        finally:
            os.environ.clear()
            os.environ.update(before)


@pytest.fixture
def world(deployed: DeployedWorld) -> DeployedWorld:
    """The deployed stack, the stand-ins as after their start."""
    deployed.aws.control("POST", "reset")
    return deployed
