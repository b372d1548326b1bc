"""The bucket's CORS rule, which the Bedrock console asks for where people rate."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from functools import partial

from botocore.exceptions import ClientError

from modeleval.aws import error_code
from modeleval.doctor.patient import Patient
from modeleval.doctor.protocol import Finding, Question, ok, problem

CONSOLE_RULE = {
    "AllowedMethods": ["GET"],
    "AllowedOrigins": ["https://mturk-console-template-preview-hooks.s3.amazonaws.com"],
}
"""User guide, model-evaluation-security-cors."""


class Cors:
    """Only the setting consoleCors asks for it: no evaluation that modeleval starts needs it."""

    name = "CORS"
    needs_stack = True

    def questions(self, patient: Patient) -> Iterable[Question]:
        return [Question("the bucket", partial(self._look, patient), ("s3:GetBucketCORS",))]

    def _look(self, patient: Patient) -> Iterator[Finding]:
        services = patient.services
        if not services.settings.console_cors:
            yield ok("the bucket", "not needed: only jobs with people made in the console ask")
            return
        bucket = services.environment.bucket_name
        try:
            rules = patient.client("s3").get_bucket_cors(Bucket=bucket)["CORSRules"]
        except ClientError as error:
            if error_code(error) != "NoSuchCORSConfiguration":
                raise
            rules = []
        if any(
            all(set(CONSOLE_RULE[key]) <= set(rule.get(key, [])) for key in CONSOLE_RULE)
            for rule in rules
        ):
            yield ok("the bucket", "the console's origin may read it")
            return
        text = shlex.quote(json.dumps({"CORSRules": [*rules, CONSOLE_RULE]}, separators=(",", ":")))
        yield problem(
            "the bucket",
            f"{bucket} has no rule for the Bedrock console",
            f"aws s3api put-bucket-cors --bucket {bucket} --cors-configuration {text}",
        )
