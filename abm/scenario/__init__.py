"""Every number of the world, once: what it means, its unit, its range, and where it comes from; and the named cases."""
