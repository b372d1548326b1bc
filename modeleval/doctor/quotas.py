"""How many evaluations run and are kept, beside what the account may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from modeleval.bedrock.evaluation_jobs import ACCOUNT_JOB_LIMIT, CONCURRENT_JOB_LIMIT
from modeleval.doctor.patient import Patient
from modeleval.doctor.protocol import Finding, Question, ok, problem
from modeleval.sagemaker.pipelines import CONCURRENT_LIMIT

_NEARLY = 0.9
_DOCUMENTED = (
    (
        "running jobs",
        r"number of concurrent automatic (?:model )?evaluation jobs",
        CONCURRENT_JOB_LIMIT,
    ),
    ("kept jobs", r"number of (?:model )?evaluation jobs", ACCOUNT_JOB_LIMIT),
)
"""What a quota is on, how its name in Service Quotas ends, and what modeleval counts with."""


class Quotas:
    """Bedrock's two quotas, and SageMaker's on what runs at once."""

    name = "quotas"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        jobs = ("bedrock:ListEvaluationJobs",)
        return [
            Question("Bedrock's running jobs", partial(self._running, patient), jobs),
            Question("Bedrock's kept jobs", partial(self._kept, patient), jobs),
            Question(
                "SageMaker's evaluations",
                partial(self._evaluations, patient),
                ("sagemaker:ListPipelineExecutions",),
            ),
            Question(
                "Service Quotas",
                partial(self._applied, patient),
                ("servicequotas:ListServiceQuotas",),
            ),
        ]

    def _running(self, patient: Patient) -> Iterator[Finding]:
        jobs, limit = patient.services.evaluation_jobs, CONCURRENT_JOB_LIMIT
        running = jobs.count(enough=limit, statusEquals="InProgress")
        if running < limit:
            yield ok("Bedrock's running jobs", f"{running} of {limit} run")
        else:
            yield problem(
                "Bedrock's running jobs",
                f"{limit} or more run, which is all there is room for: new ones wait in the queue",
                "Wait, or stop one: aws bedrock stop-evaluation-job --job-identifier ARN",
            )

    def _kept(self, patient: Patient) -> Iterator[Finding]:
        jobs, limit = patient.services.evaluation_jobs, ACCOUNT_JOB_LIMIT
        kept = jobs.count(enough=limit)
        if kept < limit * _NEARLY:
            yield ok("Bedrock's kept jobs", f"{kept:,} of {limit:,} are kept")
        else:
            yield problem(
                "Bedrock's kept jobs",
                f"{kept:,} of {limit:,} are kept, ended ones included; runs are refused at the end",
                "Delete old ones: aws bedrock batch-delete-evaluation-job --job-identifiers ARN …; "
                "or lower jobRetentionDays and deploy.",
            )

    def _evaluations(self, patient: Patient) -> Iterator[Finding]:
        running = sum(1 for _ in patient.services.pipelines.running())
        if running < CONCURRENT_LIMIT:
            yield ok("SageMaker's evaluations", f"{running} of this stack run; {_AT_ONCE}")
        else:
            yield problem(
                "SageMaker's evaluations",
                f"{running} of this stack run; {_AT_ONCE}: new ones wait in the queue",
                "Wait, or stop one: aws sagemaker stop-pipeline-execution "
                "--pipeline-execution-arn ARN",
            )

    def _applied(self, patient: Patient) -> Iterator[Finding]:
        """Whether Service Quotas says something else than what modeleval counts with."""
        pages = patient.client("service-quotas").get_paginator("list_service_quotas")
        found = {
            quota["QuotaName"]: quota["Value"]
            for page in pages.paginate(ServiceCode="bedrock")
            for quota in page["Quotas"]
        }
        for on, ending, counted in _DOCUMENTED:
            named = re.compile(f"{ending}$", re.IGNORECASE)
            value = next((v for name, v in sorted(found.items()) if named.search(name)), None)
            what = f"quota on {on}"
            if value is None:
                yield ok(what, f"Service Quotas does not list it; {counted:,} by the documentation")
            elif value >= counted:
                yield ok(what, f"{value:,.0f}; modeleval counts with {counted:,}")
            else:
                yield problem(
                    what,
                    f"it is {value:,.0f}, and modeleval counts with {counted:,}",
                    "Start fewer runs at once, or ask AWS to raise it in Service Quotas.",
                )


_AT_ONCE = f"{CONCURRENT_LIMIT} may run at once in the account"
