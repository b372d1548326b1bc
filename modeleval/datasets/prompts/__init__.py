"""Datasets of prompts, which a model answers while SageMaker evaluates it.

`validate_prompts` reads a dataset of any of the service's formats as a stream of bytes, and writes
its lines as they were, with an index beside them. `match_keys` and `PromptMatcher` find the record
of a prompt in the service's output.
"""

from modeleval.datasets.prompts.identity import (
    MatchKeys,
    Message,
    conversation_digest,
    match_keys,
    parse_prompt,
    user_digest,
)
from modeleval.datasets.prompts.index import PromptEntry, PromptMatcher, read_prompt_index
from modeleval.datasets.prompts.options import (
    MAX_FILE_BYTES,
    MAX_JUDGED_PROMPTS,
    MAX_PROMPTS,
    PromptOptions,
)
from modeleval.datasets.prompts.validation import validate_prompts

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_JUDGED_PROMPTS",
    "MAX_PROMPTS",
    "MatchKeys",
    "Message",
    "PromptEntry",
    "PromptMatcher",
    "PromptOptions",
    "conversation_digest",
    "match_keys",
    "parse_prompt",
    "read_prompt_index",
    "user_digest",
    "validate_prompts",
]
