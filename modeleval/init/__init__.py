"""From a task to a suite: the questions of `modeleval init`, and the document that answers make."""
