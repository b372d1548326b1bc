"""The report of a run: what people open to see how it came out, and why."""
