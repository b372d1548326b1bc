"""Requests and responses of Amazon Bedrock's evaluation API; nothing of the workflow."""
