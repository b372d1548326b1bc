"""What the deployed stack's settings name."""

from __future__ import annotations

SCORER_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:sagemaker-scorer-length"
BATCH_SCORER = "arn:aws:lambda:us-east-1:000000000000:function:team-scorer"
NOT_THERE = "arn:aws:lambda:us-east-1:000000000000:function:nobodys-scorer"
TOOL_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:find-booking"
APPLICATION = "arn:aws:lambda:us-east-1:000000000000:function:team-application"
GUARDRAIL = "g1u2a3r4d5"
WORKFLOW = "arn:aws:sagemaker:us-east-1:000000000000:flow-definition/reviewers"
