"""The kinds of evaluation, one module each."""
