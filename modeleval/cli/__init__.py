"""The `modeleval` command."""
