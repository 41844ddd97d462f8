"""Studies: where searches are kept between processes, journal files or PostgreSQL."""
