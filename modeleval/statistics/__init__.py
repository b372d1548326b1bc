"""Error bars, paired comparisons and decisions: arithmetic on arrays, and nothing of the workflow.

Needs numpy and scipy (the extra `statistics`), except `words` and `agreement`.

    words       what the results are called: scales, intervals, verdicts; imports no numpy
    units       values grouped into what was drawn independently: records, or clusters of records
    tails       the probability that a weighted sum is below zero (saddlepoint)
    bounded     bounds of the mean of bounded values that hold in small and skewed samples
    intervals   the interval of one mean
    flips       the distribution of a sum whose terms' signs are flipped by chance
    paired      the sign-flip test, and the interval of a mean difference
    gate        passed, failed or inconclusive
    comparison  two versions on the same records
    reported    bounds of a mean of which only the value and its standard error are known
    aggregates  two versions of which only that is known
    conclusions both in one word, also over many metrics
    planning    which margin some records can decide, and how many a margin needs
    multiple    Holm's correction
    candidates  several versions compared pairwise and ranked
    repeats     several judgements of each record
    agreement   several people's ratings of the same thing; needs no numpy

What the numbers mean: docs/statistics.md. How well they hold: benchmarks/statistics.md.
"""
