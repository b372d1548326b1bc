"""The work of one RAG job: read, retrieve and answer as the role, judge, write."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from embedded_aws.bedrock import output as files
from embedded_aws.bedrock.evaluation import Evaluation, EvaluationFailed
from embedded_aws.bedrock.knowledge_bases import KnowledgeBase
from embedded_aws.bedrock.rag import answering, dataset
from embedded_aws.bedrock.rag.defects import spoiled
from embedded_aws.bedrock.rag.outputs import Output
from embedded_aws.bedrock.rag.scoring import RagScorer
from embedded_aws.bedrock.rag.source import Source, source_of
from embedded_aws.bedrock.requested import judge_of
from embedded_aws.judging.scales import PREFIX

_EVERY = "*"  # IAM knows no resource for Rerank
Ask = Callable[[dataset.Turn], Output | None]


class RagEvaluation(Evaluation):
    """One run of one RAG job."""

    @cached_property
    def _source(self) -> Source:
        return source_of(self._job.request)

    def _called(self) -> list[str | None]:
        judges = [judge_of(self._job.request, custom) for custom in (False, True)]
        return [*judges, self._source.model, self._source.reranker]

    def _check_config(self, config: dict[str, Any]) -> None:
        """``taskType`` is ignored for RAG jobs (service model)."""
        self._check_defined(config)

    def _evaluate(self, config: dict[str, Any]) -> None:
        source, tools = self._source, self._tools
        bucket, key = files.split_uri(config["dataset"]["datasetLocation"]["s3Uri"])
        data = tools.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        names = config["metricNames"]
        built_in = [name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX)]
        rules = dataset.Rules(source, built_in, tools.settings.promptBytes)
        conversations = dataset.read(data, rules)
        ask = self._asking() if not source.precomputed else None
        shown = {name: target.identifier for name, target in self._targets.items()}
        scorer = RagScorer(self._job.request, tools.judge, tools.settings, shown, self._runs)
        results = [
            result for one in conversations if (result := self._judged(one, ask, scorer, names))
        ]
        if not any(turn["results"] for one in results for turn in one["conversationTurns"]):
            raise EvaluationFailed("The knowledge base gave nothing for any prompt of the dataset")
        name = config["dataset"]["name"]
        target = self._destination.rag_results(
            self._folder, name, plain=tools.settings.ragFile == "plain"
        )
        self._put(target, files.lines(self._job, name, results, tools.faults, spoiled))

    def _asking(self) -> Ask:
        """How the knowledge base is asked, if the role may."""
        source, resolver = self._source, self._tools.resolver
        place = f"arn:aws:bedrock:{resolver.region}:{resolver.account}"
        arn = f"{place}:knowledge-base/{source.identifier}"
        self._require("bedrock:Retrieve", arn)
        if not source.retrieve:
            self._require("bedrock:RetrieveAndGenerate", arn)
        if source.reranker:
            self._require("bedrock:Rerank", _EVERY)
        base = resolver.registry.knowledge_bases.find(source.identifier)
        if base is None:
            raise EvaluationFailed("The specified knowledge base does not exist.")
        return partial(self._ask, base)

    def _require(self, action: str, resource: str) -> None:
        """May the role do that?"""
        role = self._tools.role
        if not role.allows(action, resource):
            raise EvaluationFailed(
                f"The role {role.arn} is not authorized to perform {action} on {resource}"
            )

    def _judged(
        self,
        conversation: list[dataset.Turn],
        ask: Ask | None,
        scorer: RagScorer,
        names: list[str],
    ) -> dict[str, Any] | None:
        """A line of the results; None if the conversation is dropped."""
        turns: list[dict[str, Any]] = []
        history: list[Any] = []
        for turn in conversation:
            output = ask(turn) if ask else turn.output
            if output is None:
                return None
            results = scorer.results(turn, output, history, names)
            record = {name: item for name, item in turn.line.items() if name != "output"}
            turns.append(
                {"inputRecord": record, "output": self._echo(turn, output), "results": results}
            )
            history += [turn.prompt, output.text or ""]
        return {"conversationTurns": turns}

    def _ask(self, base: KnowledgeBase, turn: dataset.Turn) -> Output | None:
        """What the base gives; a fault of the generator leaves that out, or the whole record."""
        source = self._source
        fault = self._tools.faults.take("generator", job_name=self._job.name)
        if fault:
            nothing = Output(None, [], None, {"knowledgeBaseIdentifier": source.identifier})
            return nothing if fault.defect == "no-response" else None
        target = self._targets[source.model] if source.model else None
        return answering.ask(base, source, turn.prompt, target)

    def _echo(self, turn: dataset.Turn, output: Output) -> dict[str, Any]:
        """How much of a precomputed output comes back is not known."""
        echo = self._tools.settings.ragEcho
        if turn.output is None or echo == "whole":
            return output.shown
        if echo == "answer":
            kept = ("knowledgeBaseIdentifier", "text")
            return {name: output.shown[name] for name in kept if name in output.shown}
        return {}
