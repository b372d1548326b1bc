"""Programmatic jobs: no judge; what a model answers is measured.

`rules` says what may be asked for together, `built_in` has the service's own datasets, `perturbing`
changes prompts, `measures` has the metrics, `work` is the job.
"""
