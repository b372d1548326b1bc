"""Programmatic evaluations of Amazon Bedrock: metrics that are computed, with no judge."""
