"""Telling others how a run ended: an event, a message to people, an answer to a pipeline step."""
