"""The story of one person: run the world again, look on, and tell what happened and why."""
