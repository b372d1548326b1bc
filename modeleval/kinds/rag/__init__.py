"""What the two kinds of RAG evaluation have in common."""
