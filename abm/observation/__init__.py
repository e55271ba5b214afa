"""What is seen of a model, and laid beside what was observed of the world. Observation changes nothing."""
