"""How well the statistics hold: simulated, seeded, and beside the methods they were chosen over."""
