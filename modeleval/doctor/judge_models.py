"""Whether the account may call every judge that the settings allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from modeleval.bedrock.judges import survey
from modeleval.doctor.patient import Patient
from modeleval.doctor.protocol import Finding, Question, ok, problem, unknown


class Judges:
    """What a run checks of its judge, asked of all of them."""

    name = "judges"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        needs = ("bedrock:GetFoundationModel", "bedrock:GetFoundationModelAvailability")
        return [
            Question(judge, partial(self._look, patient, judge), needs)
            for judge in patient.services.settings.judge_models
        ]

    def _look(self, patient: Patient, judge: str) -> Iterator[Finding]:
        for state in survey(patient.services.models, (judge,)):
            if state.usable is None:
                yield unknown(judge, state.why, state.action)
            elif not state.usable:
                yield problem(judge, state.why, state.action)
            else:
                end = f", until {state.end_of_life:%Y-%m-%d}" if state.end_of_life else ""
                yield ok(judge, f"can be used{end}")
