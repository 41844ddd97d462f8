"""What a run does beside its work: publishing to the lake, progress, what it keeps saying.

Here: how any asset publishes and is seen. Not here: what is computed, nor the queue (instance/).
"""
