"""One run: made, written, told, kept, and forked into worlds that differ."""
