"""The state of runs, queue, trainings and gate, as plain values; screens and programs share it.

Here: plain values. Not here: how they are printed (cli/status).
"""
