"""The terms that a person accepts before Amazon Bedrock Evaluations judges anything."""

from __future__ import annotations

from modeleval.digests import text_digest
from modeleval.errors import TermsNotAccepted

TERMS = """\
This suite uses Amazon Bedrock Evaluations. With acceptBedrockEvaluationTerms: true you confirm that
you accept its pricing, the service terms of Amazon Bedrock, and the terms of the third-party models
that generate or judge. Bedrock may process prompts and responses in other AWS Regions of your
geography. The terms themselves: https://aws.amazon.com/service-terms/ and
https://aws.amazon.com/bedrock/pricing/."""

TERMS_DIGEST = text_digest(TERMS)


EULA = """\
SageMaker evaluates models of its public hub, and what was fine-tuned from them, under their own
licences (EULA). With acceptEula: true you confirm that you have read and accept the licence of each
base model that this suite's runs evaluate. It stands on the model's page in SageMaker JumpStart."""


def refuse_unaccepted_eula() -> None:
    raise TermsNotAccepted(
        "The licence of the base model is not accepted",
        where="acceptEula",
        action=f"Read it and set acceptEula: true.\n{EULA}",
    )


def refuse_unaccepted() -> None:
    raise TermsNotAccepted(
        "The terms of Amazon Bedrock Evaluations are not accepted",
        where="acceptBedrockEvaluationTerms",
        action=f"Read them and set acceptBedrockEvaluationTerms: true.\n{TERMS}",
    )
