"""Find templates, experiments and texts: xlnn's own and those of other packages."""
