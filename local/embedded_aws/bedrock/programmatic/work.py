"""The work of a programmatic job: have prompts answered, also changed ones, and measure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from embedded_aws.bedrock import dataset, generation, output
from embedded_aws.bedrock.evaluation import Evaluation, EvaluationFailed
from embedded_aws.bedrock.programmatic import built_in, measures, rules
from embedded_aws.bedrock.programmatic.perturbing import perturbed
from embedded_aws.bedrock.scoring import Answered, Stopped
from embedded_aws.bedrock.targets import Target
from embedded_aws.judging.scales import PREFIX

_DIGITS = 4


class ProgrammaticEvaluation(Evaluation):
    """One run of one job."""

    def _check_config(self, config: dict[str, Any]) -> None:
        """All of it was checked at creation."""

    def _evaluate(self, config: dict[str, Any]) -> None:
        answered = [
            one for record in self._records(config) if (one := self._answer(record)) is not None
        ]
        if all(one.response is None for one in answered):
            raise EvaluationFailed("The model gave no response to any prompt of the dataset")
        results = [self._result(one, config) for one in answered]
        name = config["dataset"]["name"]
        bare = self._tools.settings.builtInFolder == "bare"
        folder = name.removeprefix(PREFIX) if bare else name
        target = self._destination.results(
            self._folder, self._model_folder(), config["taskType"], folder
        )
        self._put(target, output.lines(self._job, name, results, self._tools.faults))

    def _records(self, config: dict[str, Any]) -> list[dataset.Record]:
        chosen = config["dataset"]
        if "datasetLocation" not in chosen:
            seed = self._job.arn if self._tools.settings.builtInDraw == "anew" else ""
            lines = built_in.lines(chosen["name"].removeprefix(PREFIX), seed)
            return [_record(line) for line in lines]
        records = self._own_records(config)
        if rules.needs_reference(config["taskType"], config["metricNames"]):
            for number, record in enumerate(records, start=1):
                if not record.reference:
                    raise dataset.DatasetError(f"Record {number}: referenceResponse is missing")
        return records

    def _respond(self, target: Target, record: dataset.Record) -> tuple[str, str]:
        """A poor answer to a question of one word is another word."""
        text, stopped = super()._respond(target, record)
        one_word = len((record.reference or record.prompt).split()) == 1
        if one_word and not generation.is_good(target.name, target.skill, record):
            return f"{generation.signature(target.name)}unsure", stopped
        return text, stopped

    def _result(self, answered: Answered, config: dict[str, Any]) -> dict[str, Any]:
        if not self._runs():
            raise Stopped
        scores = [] if answered.response is None else self._scores(answered, config)
        return {
            "automatedEvaluationResult": {"scores": scores},
            "inputRecord": answered.record.line,
            "modelResponses": [answered.shown],
        }

    def _scores(self, answered: Answered, config: dict[str, Any]) -> list[dict[str, Any]]:
        bare = self._tools.settings.programmaticNames == "bare"
        scores = []
        for name in config["metricNames"]:
            metric = name.removeprefix(PREFIX)
            value = self._measured(metric, answered, config["taskType"])
            score: dict[str, Any] = {"metricName": metric if bare else name}
            if value is not None:
                score["result"] = round(value, _DIGITS)
            elif self._tools.settings.undefinedRobustness != "missing":
                undefined = {"null": None, "nan": float("nan"), "infinite": float("inf")}
                score["result"] = undefined[self._tools.settings.undefinedRobustness]
            scores.append(score)
        return scores

    def _measured(self, metric: str, answered: Answered, task: str) -> float | None:
        record, target = answered.record, self._targets[self._subject.identifier]
        reference = record.reference or ""
        said = self._bare(answered.response or "", target)
        if metric == "Toxicity":
            return measures.toxicity(said)
        if metric == "Accuracy":
            return measures.ACCURACY[task](said, reference)
        others = [
            self._bare(self._respond(target, replace(record, prompt=prompt))[0], target)
            for prompt in perturbed(record.prompt)
        ]
        return measures.robustness(task, said, others, reference)

    def _bare(self, response: str, target: Target) -> str:
        """Without what the stand-in says of itself, which is no part of an answer."""
        return response.removeprefix(generation.signature(target.name))


def _record(line: dict[str, Any]) -> dataset.Record:
    return dataset.Record(line, line["prompt"], line["referenceResponse"], None)
