"""Who answers Converse: a real model where the environment names one, else the stand-in."""

from __future__ import annotations

from collections.abc import Mapping

from embedded_aws.bedrock.converse import Speaker
from embedded_aws.bedrock.converse.endpoint import EndpointModel
from embedded_aws.bedrock.converse.model import StandInModel
from embedded_aws.completions import Completions

VARIABLES = "MODELEVAL_TARGET"


def from_environment(environment: Mapping[str, str]) -> Speaker:
    """Who the environment asks for; raises ValueError with what is wrong with it."""
    completions = Completions.from_environment(environment, VARIABLES)
    return EndpointModel(completions) if completions else StandInModel()
