"""Static pages of lists: they open from a folder or any host, without a server and without asking anybody else."""
