"""A Lineage step: actions, contexts, artifacts and associations, made as the pipeline's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_aws.bedrock.service_role import ServiceRole
from embedded_aws.fresh import new_identifier
from embedded_aws.sagemaker.lineage import Artifact
from embedded_aws.sagemaker.pipelines.role import require
from embedded_aws.sagemaker.pipelines.work import StepFailed

if TYPE_CHECKING:
    from embedded_aws.sagemaker.service import SageMaker


class Lineage:
    """What Lineage steps of all executions made, by type and name."""

    def __init__(self, service: SageMaker) -> None:
        self._service = service
        self._made: dict[tuple[str, str, str], str] = {}  # account and Region, type, name: ARN

    def run(self, role: ServiceRole, arguments: dict[str, Any]) -> dict[str, Any]:
        """Make everything; the step's metadata. Raises StepFailed, and RoleRefused."""
        actions = {
            entry["ActionName"]: self._named(role, "Action", entry["ActionName"])
            for entry in arguments.get("Actions", [])
        }
        contexts = {
            entry["ContextName"]: self._named(role, "Context", entry["ContextName"])
            for entry in arguments.get("Contexts", [])
        }
        artifacts = {
            entry.get("ArtifactName", str(place)): self._artifact(role, entry)
            for place, entry in enumerate(arguments.get("Artifacts", []))
        }
        associations = [
            self._association(role, entry) for entry in arguments.get("Associations", [])
        ]
        made = {
            "ActionArns": actions,
            "ContextArns": contexts,
            "ArtifactArns": artifacts,
            "Associations": associations,
        }
        return {name: value for name, value in made.items() if value}

    def clear(self) -> None:
        """Forget everything."""
        self._made.clear()

    def _arn(self, role: ServiceRole, kind: str, name: str) -> str:
        return f"arn:aws:sagemaker:{role.region}:{role.account}:{kind.lower()}/{name}"

    def _named(self, role: ServiceRole, kind: str, name: str) -> str:
        arn = self._arn(role, kind, name)
        require(role, f"sagemaker:Create{kind}", arn)
        key = (f"{role.account}/{role.region}", kind, name)
        if key in self._made:
            raise StepFailed(
                f"ClientError: {kind} names must be unique within an AWS account and region"
            )
        self._made[key] = arn
        return arn

    def _artifact(self, role: ServiceRole, entry: dict[str, Any]) -> str:
        arn = self._arn(role, "Artifact", new_identifier(32))
        require(role, "sagemaker:CreateArtifact", arn)
        by = {"IamIdentity": {"Arn": role.arn}}
        self._service.lineage.add(Artifact(arn, entry, by))
        if "ArtifactName" in entry:
            self._made[(f"{role.account}/{role.region}", "Artifact", entry["ArtifactName"])] = arn
        return arn

    def _association(self, role: ServiceRole, entry: dict[str, Any]) -> dict[str, str]:
        source, target = (self._end(role, entry[end]) for end in ("Source", "Destination"))
        for arn in (source, target):
            require(role, "sagemaker:AddAssociation", arn)
        return {"SourceArn": source, "DestinationArn": target}

    def _end(self, role: ServiceRole, end: dict[str, str]) -> str:
        """The ARN of an end of an association, which must exist."""
        scope = f"{role.account}/{role.region}"
        if "Name" in end:
            arn = self._made.get((scope, end["Type"], end["Name"]))
            if arn is None:
                raise StepFailed(f"ResourceNotFound: there is no {end['Type']} of the name given")
            return arn
        known = set(self._made.values()) | {one.arn for one in self._service.lineage.all()}
        if end["Arn"] not in known:
            raise StepFailed(f"ResourceNotFound: {end['Arn']} does not exist")
        return end["Arn"]
