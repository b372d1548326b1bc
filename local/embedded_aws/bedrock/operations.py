"""What each operation does, once its request is known to be well-formed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from embedded_aws.bedrock import catalog, creation, encryption, jobs, listing, rag, service_role
from embedded_aws.bedrock.converse.operation import Converse
from embedded_aws.bedrock.jobs import FINISHED, Job, Jobs
from embedded_aws.bedrock.model_operations import ModelOperations
from embedded_aws.bedrock.registry import Registry
from embedded_aws.bedrock.runner import Runner
from embedded_aws.bedrock.settings import Settings
from embedded_aws.bedrock.targets import Resolver
from embedded_aws.callers import Caller
from embedded_aws.environment import Home
from embedded_aws.errors import ServiceError

Operation = Callable[[Caller, dict[str, Any]], dict[str, Any]]


class Operations:
    """The operations of the stand-in, by name."""

    def __init__(
        self,
        store: Jobs,
        runner: Runner,
        settings: Callable[[], Settings],
        home: Home,
        registry: Registry,
        *,
        converse: Converse,
    ) -> None:
        self._jobs = store
        self._runner = runner
        self._settings = settings
        self._home = home
        self._registry = registry
        models = ModelOperations(registry, settings)
        self._by_name: dict[str, Operation] = {
            "CreateEvaluationJob": self._create,
            "GetEvaluationJob": self._get,
            "ListEvaluationJobs": self._list,
            "StopEvaluationJob": self._stop,
            "BatchDeleteEvaluationJob": self._delete,
            "GetFoundationModel": self._model,
            "ListFoundationModels": self._models,
            "GetFoundationModelAvailability": models.availability,
            "GetInferenceProfile": models.profile,
            "ListInferenceProfiles": models.profiles,
            "GetProvisionedModelThroughput": models.provisioned,
            "GetImportedModel": models.imported,
            "GetPromptRouter": models.router,
            "GetKnowledgeBase": registry.knowledge_bases.get,
            "Converse": converse,
        }

    def __getitem__(self, name: str) -> Operation:
        return self._by_name[name]

    def _create(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        scope, settings = caller.arn_of("evaluation-job/"), self._settings()
        former = self._jobs.by_token(scope, request.get("clientRequestToken", ""))
        if former is not None:
            if settings.tokenReuse == "conflict" and former.request != request:
                raise ServiceError(
                    "ConflictException", "The client request token was used with other parameters."
                )
            return {"jobArn": former.arn}
        job = Job(scope + jobs.new_identifier(), request, settings.jobSeconds)
        creation.check_caller(caller, request, job.arn)
        resolver = Resolver(self._registry, caller.account, caller.region)
        of_rag = rag.is_rag(request) and not job.human
        check = rag.check_request if of_rag else creation.check_request
        check(request, resolver)
        creation.check_place(self._jobs.of(scope), request, settings)
        role = service_role.assume(request["roleArn"], caller.region, job.arn)
        encryption.check(request, caller, role)
        creation.check_role(request, role, self._home)
        # Again, now in one step with adding it: two calls at once must not both win a name.
        kept = self._jobs.add(
            scope, job, lambda existing: creation.check_place(existing, request, settings)
        )
        if kept is job:
            self._runner.start(job, role, resolver)
        return {"jobArn": kept.arn}

    def _existing(self, caller: Caller, identifier: str) -> Job:
        job = self._jobs.get(identifier)
        if job is None or not identifier.startswith(caller.arn_of("")):
            raise ServiceError(
                "ResourceNotFoundException", "The specified evaluation job does not exist."
            )
        return job

    def _get(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        return listing.details(self._existing(caller, request["jobIdentifier"]))

    def _list(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        known = self._jobs.of(caller.arn_of("evaluation-job/"))
        return listing.page(known, request, self._settings().pageSize)

    def _stop(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        job = self._existing(caller, request["jobIdentifier"])
        with self._jobs.changed:
            if job.status != "InProgress":
                raise ServiceError(
                    "ConflictException",
                    f"The evaluation job is {job.status} and cannot be stopped.",
                )
            self._runner.stop(job)
        return {}

    def _delete(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        errors, deleted = [], []
        for identifier in request["jobIdentifiers"]:
            try:
                self._delete_one(self._existing(caller, identifier))
            except ServiceError as error:
                code, message = str(error.status), error.message
                errors.append({"jobIdentifier": identifier, "code": code, "message": message})
            else:
                deleted.append({"jobIdentifier": identifier, "jobStatus": "Deleting"})
        return {"errors": errors, "evaluationJobs": deleted}

    def _delete_one(self, job: Job) -> None:
        with self._jobs.changed:
            if job.status not in FINISHED:
                raise ServiceError(
                    "ConflictException",
                    f"The evaluation job is {job.status} and cannot be deleted.",
                )
            self._runner.delete(job)

    def _model(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        return {"modelDetails": catalog.details(request["modelIdentifier"], caller.region)}

    def _models(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        return {"modelSummaries": catalog.listed(caller.region, **request)}
