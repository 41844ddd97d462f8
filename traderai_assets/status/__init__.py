"""The state of runs, queue, trainings and gate, read in one look; screens and programs share it.

Here: plain values. Not here: how they are printed (cli/status).
"""
