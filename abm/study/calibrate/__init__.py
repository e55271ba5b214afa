"""Numbers that the facts up to 2020 allow: targets, noise, screening, history matching."""
