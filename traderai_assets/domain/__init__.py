"""The domain: arrays, frames and now in, values out; no Dagster, files, clock or network."""
