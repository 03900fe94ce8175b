"""Where workers run: on this machine, on a Slurm cluster, in a Ray cluster."""
