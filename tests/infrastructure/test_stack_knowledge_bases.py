"""What knowledge bases and rerankers of the settings add to the policies, and nothing else."""

from __future__ import annotations

from stack_synthesis import Synthesize
from template_reader import Template
from test_stack_models import FOUNDATION, HERE_AS_TEXT, PLAN, ROLE, added, by_sid

BASE = "ABCDEFGHIJ"
RERANKER = "amazon.rerank-v1:0"


def test_a_knowledge_base_is_asked_by_bedrocks_role_and_looked_at_before(
    template: Template, synthesize: Synthesize
) -> None:
    more = synthesize(knowledgeBaseIds=[BASE, "KLMNOPQRST"])
    assert added(template, more, ROLE) == {"AskKnowledgeBases"}
    assert added(template, more, PLAN) == {"LookAtKnowledgeBases"}
    statement = by_sid(more, ROLE)["AskKnowledgeBases"]
    assert statement.actions == {"bedrock:Retrieve", "bedrock:RetrieveAndGenerate"}
    bases = {f"{HERE_AS_TEXT}knowledge-base/{name}" for name in (BASE, "KLMNOPQRST")}
    assert statement.resources == bases
    assert by_sid(more, PLAN)["LookAtKnowledgeBases"].resources == bases


def test_a_reranker_is_called_and_looked_at(template: Template, synthesize: Synthesize) -> None:
    more = synthesize(knowledgeBaseIds=[BASE], rerankerModels=[RERANKER])
    assert added(template, more, ROLE) == {"AskKnowledgeBases", "Rerank", "InvokeRerankers"}
    statements = by_sid(more, ROLE)
    assert statements["Rerank"].resources == {"*"}
    assert statements["InvokeRerankers"].resources == {FOUNDATION + RERANKER}
    assert FOUNDATION + RERANKER in by_sid(more, PLAN)["LookAtModels"].resources


def test_a_reranker_without_a_knowledge_base_adds_nothing_to_the_role(
    template: Template, synthesize: Synthesize
) -> None:
    assert added(template, synthesize(rerankerModels=[RERANKER]), ROLE) == set()
