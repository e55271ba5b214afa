"""The plan: what it publishes, divides, investigates, weighs and decides; economics without a framework."""
