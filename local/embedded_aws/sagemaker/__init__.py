"""A stand-in for what SageMaker's control plane has of models and their evaluation.

The model registry, hub content, lineage artifacts, endpoints and pipelines, as strict as the
service or stricter; README.md lists where.
"""
