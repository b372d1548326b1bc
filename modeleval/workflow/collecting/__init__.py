"""The steps by which a run collects the responses that it evaluates."""
