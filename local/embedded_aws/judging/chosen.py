"""Which judge judges: a real model where the environment names one, else the stand-in."""

from __future__ import annotations

from collections.abc import Mapping

from embedded_aws.judging import Judge
from embedded_aws.judging.chat import Chat
from embedded_aws.judging.model import ModelJudge
from embedded_aws.judging.overlap import OverlapJudge

URL, MODEL = "MODELEVAL_JUDGE_URL", "MODELEVAL_JUDGE_MODEL"
KEY, TIMEOUT = "MODELEVAL_JUDGE_API_KEY", "MODELEVAL_JUDGE_TIMEOUT"
_SECONDS = 120.0  # a model on a laptop takes its time


def from_environment(environment: Mapping[str, str]) -> Judge:
    """The judge that the environment asks for; raises ValueError with what is wrong with it.

    To be called before the environment is made anew: certificates that it names are read here, and
    the key must not reach a function.
    """
    url, model = environment.get(URL, "").strip(), environment.get(MODEL, "").strip()
    if not url and not model:
        return OverlapJudge()
    if not url or not model:
        raise ValueError(f"{URL} and {MODEL} must both be set, or neither")
    try:
        seconds = float(environment.get(TIMEOUT, "") or _SECONDS)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ValueError(f"{TIMEOUT} must be a number of seconds")
    return ModelJudge(Chat(url, model, environment.get(KEY, "").strip(), seconds))
