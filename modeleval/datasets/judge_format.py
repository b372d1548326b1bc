"""Bedrock's model evaluation dataset with precomputed responses, for a judge.

    {"prompt": "…", "referenceResponse": "…", "category": "…",
     "modelResponses": [{"response": "…", "modelIdentifier": "…"}]}

`referenceResponse` and `category` are optional. Source:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-evaluation-prompt-datasets-judge.html
"""

from __future__ import annotations

import msgspec

from modeleval.datasets import answers, labels, model_responses
from modeleval.datasets.answers import Answer
from modeleval.datasets.duplicates import DuplicateFields
from modeleval.datasets.fields import Fields, text_field
from modeleval.datasets.findings import Place
from modeleval.datasets.identity import input_digest, response_digest
from modeleval.datasets.jsonline import parse_object
from modeleval.datasets.judge_line import JudgeLine, Response
from modeleval.datasets.options import MAX_PROMPT_BYTES, DatasetOptions
from modeleval.datasets.ordinary import OrdinaryLines
from modeleval.datasets.record import Record
from modeleval.datasets.references import require_reference, warn_of_reference
from modeleval.datasets.unknown import UnknownFields

_FIELDS = ("prompt", "referenceResponse", "category", model_responses.FIELD)
_ALIASES = {
    **dict.fromkeys(("question", "query", "input", "instruction"), "prompt"),
    **dict.fromkeys(
        ("reference", "expected", "expectedresponse", "expectedoutput", "expectedanswer"),
        "referenceResponse",
    ),
    **dict.fromkeys(("groundtruth", "ideal", "target"), "referenceResponse"),
    **dict.fromkeys(
        ("response", "responses", "completion", "prediction", "output", "modelresponse"),
        model_responses.FIELD,
    ),
}
_RAG_FIELD = "conversationTurns"


class JudgeFormat:
    """Reads one line after another; remembers the identifier that all of them must carry."""

    def __init__(self, options: DatasetOptions) -> None:
        own = [options.cluster_field, options.key_field, options.key_field and labels.FAILED]
        ignored = tuple(name for name in own if name)
        self._options = options
        self._responses = model_responses.ModelResponses(options.identifier)
        self._unknown = UnknownFields(_FIELDS, aliases=_ALIASES, ignored=ignored)
        self._duplicates = DuplicateFields(
            (*_FIELDS, *ignored),
            nested=model_responses.FIELD,
            nested_names=model_responses.ENTRY_FIELDS,
        )
        self.ordinary = OrdinaryLines(options, self._duplicates)
        self._encoder = msgspec.json.Encoder()

    @property
    def identifier(self) -> str | None:
        return self._responses.identifier

    def read(self, data: bytes, place: Place) -> Record | None:
        """The line's record; None if anything on it is wrong, and then all of it is reported."""
        fields = parse_object(data, place)
        if fields is None:
            return None
        if _RAG_FIELD in fields:
            action = "Give each record prompt and modelResponses; it is a judge's dataset"
            place.problem(_RAG_FIELD, "belongs to the format of RAG evaluations", action)
            return None
        self._duplicates.refuse(data, place)
        self._unknown.warn(fields, place)
        prompt = self._prompt(fields, place)
        reference = self._reference(fields, place)
        category = labels.category_of(fields, place)
        cluster = self._cluster(fields, place)
        key = self._key(fields, place)
        answer = self._answer(fields, place)
        failed = labels.failure_of(fields, place) if self._options.key_field else None
        if place.refused or prompt is None or answer is None:
            return None
        self.ordinary.identifier = self.identifier
        if failed is not None:
            answer = answer._replace(unscored=failed)
        self._warn(prompt, reference, answer, place)
        return Record(
            input_digest=input_digest(prompt, reference),
            response_digest=response_digest(answer.text),
            category=category or None,
            cluster=cluster,
            encoded=self._encode(prompt, reference, category, answer.text),
            unscored=answer.unscored,
            thinking_stripped=answer.thinking_stripped,
            prompt_chars=len(prompt),
            response_chars=len(answer.text),
            reference_chars=len(reference or ""),
            key=key,
        )

    def _prompt(self, fields: Fields, place: Place) -> str | None:
        alias = None if "prompt" in fields else self._unknown.alias_of("prompt", fields)
        missing = f"Rename {alias} to prompt" if alias else "Give the record its prompt"
        prompt = text_field(fields, "prompt", place, missing=missing)
        if prompt is None:
            return None
        if not prompt.strip():
            place.problem("prompt", "is empty", "Write the prompt, or remove the record")
        elif not self._options.allow_long_prompts and (size := _long(prompt)):
            what = f"has {size:,} bytes in UTF-8, and Bedrock takes at most {MAX_PROMPT_BYTES:,}"
            place.problem("prompt", what, "Shorten it, or allow long prompts in the suite")
        return prompt

    def _reference(self, fields: Fields, place: Place) -> str | None:
        reference = text_field(fields, "referenceResponse", place)
        if reference is not None or "referenceResponse" not in fields:
            require_reference(reference, self._options.reference_required_by, place)
        return reference

    def _cluster(self, fields: Fields, place: Place) -> str | None:
        name = self._options.cluster_field
        return labels.cluster_of(fields, name, place) if name else None

    def _key(self, fields: Fields, place: Place) -> str | None:
        name = self._options.key_field
        return labels.key_of(fields, name, place) if name else None

    def _answer(self, fields: Fields, place: Place) -> Answer | None:
        value = fields.get(model_responses.FIELD)
        if value is None:
            alias = self._unknown.alias_of(model_responses.FIELD, fields)
            what = f"is missing, while {alias} is there" if alias else "is missing"
            place.problem(model_responses.FIELD, what, model_responses.SHAPE)
            return None
        response = self._responses.read(value, place)
        if response is None:
            return None
        keep = self._options.keep_thinking
        return answers.answer_of(
            response, place, field=model_responses.RESPONSE_PATH, keep_thinking=keep
        )

    def _warn(self, prompt: str, reference: str | None, answer: Answer, place: Place) -> None:
        answers.warn_of(answer, place)
        warn_of_reference(reference, self._options.reference_wanted_by, place)
        if _long(prompt):
            what = f"The prompt has more than {MAX_PROMPT_BYTES:,} bytes in UTF-8"
            place.warn(
                "longPrompt", what, "Bedrock's quotas name that limit; it may refuse the job"
            )

    def _encode(
        self, prompt: str, reference: str | None, category: str | None, response: str
    ) -> bytes:
        line = JudgeLine(
            prompt=prompt,
            reference_response=msgspec.UNSET if reference is None else reference,
            category=msgspec.UNSET if category is None else category,
            model_responses=(Response(response, self.identifier or ""),),
        )
        return self._encoder.encode(line)


def _long(prompt: str) -> int:
    """The prompt's bytes if they are over the limit, else 0."""
    size = len(prompt.encode()) if len(prompt) * 4 > MAX_PROMPT_BYTES else 0
    return size if size > MAX_PROMPT_BYTES else 0
