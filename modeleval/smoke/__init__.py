"""`modeleval smoke`: which assumptions of docs/assumptions.md hold in a real account."""
