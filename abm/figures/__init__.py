"""Pictures of a run: each answers one question, and reads in black and white."""
