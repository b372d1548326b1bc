"""From scores to what they say: error bars, comparisons, verdicts, and what is odd about them.

Knows scores, statistics and a suite's gate; nothing of services, kinds or the workflow. Needs the
extra `statistics`.
"""
