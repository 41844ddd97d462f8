"""Sensors: read state, ask a pure function what to do, say so."""
