"""Metrics that compare a response with its reference, computed by modeleval's own function.

    asked       the metrics as a suite asks for them
    table       which there are, their options, and what their numbers mean
    checks      what is wrong with a dataset for the metrics that are asked for
    texts       exact match and token F1 (no library)
    labels      precision, recall and F1 of classes (numpy)
    overlap     BLEU and chrF by sacrebleu, ROUGE by rouge-score
    scoring     from records to record scores and aggregates

`labels`, `overlap` and `scoring` need the extra `reference`, which only the function that collects
has: they are imported when a job is collected, and never before.
"""
