"""What is measured: each task beside its peers, on the same file, in one run."""
