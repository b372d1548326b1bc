"""From scenarios to a dataset: an application's responses, collected turn by turn."""
