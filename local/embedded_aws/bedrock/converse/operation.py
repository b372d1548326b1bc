"""Converse itself: may the caller, is the request sound, who answers, what is told."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from typing import Any

from embedded_aws.bedrock import catalog, profiles
from embedded_aws.bedrock.converse import Said, Speaker, limits, rules, turn
from embedded_aws.bedrock.converse.guardrails import Guardrail, Guardrails, looked_at
from embedded_aws.bedrock.protocol import service_model
from embedded_aws.bedrock.registry import AVAILABILITY, Registry
from embedded_aws.bedrock.targets import Resolver, Target
from embedded_aws.callers import Caller
from embedded_aws.errors import ServiceError, invalid
from embedded_aws.faults import Fault, Faults
from embedded_aws.validation import validate

NAME = "Converse"
_NO_ACCESS = ("agreement", "authorization", "entitlement")


class Converse:
    """The operation, and what is remembered of it: what was asked, without its texts."""

    def __init__(self, registry: Registry, faults: Faults, speaker: Speaker) -> None:
        self.guardrails = Guardrails()
        self._registry = registry
        self._faults = faults
        self._speaker = speaker
        self._lock = threading.Lock()
        self._asked: list[dict[str, Any]] = []

    def __call__(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a well-formed request; raises ServiceError."""
        started = time.monotonic()
        target = self._target(caller, request["modelId"])
        guardrail = self.guardrails.of(request, caller)
        rules.check(request)
        limits.check(request, target.models[0] if target.models else target.name)
        limits.check_length(turn.input_tokens(request))
        said, trace = self._said(request, target, guardrail)
        self._remember(request, said)
        answer = {
            "output": {"message": {"role": "assistant", "content": said.content}},
            "stopReason": said.stop_reason,
            "usage": {
                "inputTokens": said.input_tokens,
                "outputTokens": said.output_tokens,
                "totalTokens": said.input_tokens + said.output_tokens,
            },
            "metrics": {"latencyMs": round((time.monotonic() - started) * 1000)},
        }
        return {**answer, "trace": {"guardrail": trace}} if trace else answer

    def _target(self, caller: Caller, identifier: str) -> Target:
        """The model, which the caller may call and the account has access to."""
        found = _living(Resolver(self._registry, caller.account, caller.region), identifier)
        for needed in found.permissions:
            caller.require(needed.action, needed.resource, dict(needed.context))
        for model in found.models:
            told = self._registry.availability(model)
            if any(told[name] != AVAILABILITY[name][0] for name in _NO_ACCESS):
                raise ServiceError(
                    "AccessDeniedException",
                    "You don't have access to the model with the specified model ID.",
                )
            if "rerank" in model:
                raise invalid("This action doesn't support the model that you provided.")
        return found

    def _said(
        self, request: dict[str, Any], target: Target, guardrail: Guardrail | None
    ) -> tuple[Said, dict[str, Any]]:
        """The answer, with what a guardrail did to it; and its trace, where it is asked for."""
        traced = request.get("guardrailConfig", {}).get("trace", "disabled") != "disabled"
        if guardrail and (words := guardrail.found(looked_at(request))):
            said = Said([{"text": guardrail.blocked_input}], "guardrail_intervened", 0, 0)
            told: dict[str, Any] = {
                "inputAssessment": {guardrail.identifier: guardrail.assessment(words)}
            }
            return said, told if traced else {}
        said = self._answered(request, target)
        texts = [block["text"] for block in said.content if "text" in block]
        if guardrail and (words := guardrail.found(texts)):
            blocked = [{"text": guardrail.blocked_output}]
            said = Said(blocked, "guardrail_intervened", said.input_tokens, said.output_tokens)
            told = {"outputAssessments": {guardrail.identifier: [guardrail.assessment(words)]}}
            return said, told if traced else {}
        return said, {}

    def _answered(self, request: dict[str, Any], target: Target) -> Said:
        text = turn.read(request["messages"]).text
        wanted = {"operation": NAME, "job_name": request["modelId"], "about": text}
        if fault := self._faults.take("answer", **wanted):
            return _told(fault, request)
        return self._speaker.answer(request, target.name, target.skill)

    def _remember(self, request: dict[str, Any], said: Said) -> None:
        now = turn.read(request["messages"])
        whole = json.dumps(request, sort_keys=True, separators=(",", ":")).encode()
        asked = {
            "model": request["modelId"],
            "messages": now.messages,
            "rounds": now.rounds,
            "digest": hashlib.sha256(whole).hexdigest(),
            "stopReason": said.stop_reason,
            "inputTokens": said.input_tokens,
            "outputTokens": said.output_tokens,
        }
        with self._lock:
            self._asked.append(asked)

    def asked(self) -> dict[str, Any]:
        """Every request that was answered since the last reset: by digest, never by text."""
        with self._lock:
            return {"conversations": list(self._asked)}

    def clear(self) -> None:
        """Forget what was asked, and the guardrails."""
        self.guardrails.clear()
        with self._lock:
            self._asked.clear()


def check_content(content: str | list[dict[str, Any]]) -> None:
    """Raise ValueError unless these are blocks that an answer of Converse may have."""
    shape: Any = service_model("bedrock-runtime").operation_model(NAME).input_shape
    try:
        blocks = [] if isinstance(content, str) else content
        validate(shape.members["messages"].member.members["content"], blocks)
    except ServiceError as error:
        raise ValueError(f"content: {error.message}") from None


def _living(resolver: Resolver, identifier: str) -> Target:
    """The target; a model past its end of life is not found, as Converse has it."""
    name = identifier.rsplit("/", 1)[-1]
    model = name.partition(".")[2] if profiles.is_profile(name) else name
    if catalog.has_ended(model):
        raise ServiceError(
            "ResourceNotFoundException",
            "This model version has reached the end of its life. Please refer to the AWS "
            "documentation for more details.",
        )
    return resolver.resolve(identifier)


def _told(fault: Fault, request: dict[str, Any]) -> Said:
    """The answer that a fault gives."""
    content = [{"text": fault.content}] if isinstance(fault.content, str) else fault.content
    given = turn.input_tokens(request)
    return Said(content, fault.stop_reason or "end_turn", given, turn.tokens(content))
