"""Asset checks: what must hold before anything downstream may run."""
