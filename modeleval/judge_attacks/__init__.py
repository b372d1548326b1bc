"""A written set of attacks on judges, and the suite that measures what they do to scores."""
