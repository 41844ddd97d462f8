"""What dagster.yaml names: how runs are classified and launched."""
