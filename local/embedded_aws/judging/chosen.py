"""Which judge judges: a real model where the environment names one, else the stand-in."""

from __future__ import annotations

from collections.abc import Mapping

from embedded_aws.completions import Completions
from embedded_aws.judging import Judge
from embedded_aws.judging.chat import Chat
from embedded_aws.judging.model import ModelJudge
from embedded_aws.judging.overlap import OverlapJudge

VARIABLES = "MODELEVAL_JUDGE"


def from_environment(environment: Mapping[str, str]) -> Judge:
    """The judge that the environment asks for; raises ValueError with what is wrong with it."""
    completions = Completions.from_environment(environment, VARIABLES)
    return ModelJudge(Chat(completions)) if completions else OverlapJudge()
