"""What the deployed stack's settings name."""

from __future__ import annotations

SCORER_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:sagemaker-scorer-length"
BATCH_SCORER = "arn:aws:lambda:us-east-1:000000000000:function:team-scorer"
NOT_THERE = "arn:aws:lambda:us-east-1:000000000000:function:nobodys-scorer"
WORKFLOW = "arn:aws:sagemaker:us-east-1:000000000000:flow-definition/reviewers"
