"""What servers of the Fediverse have in common, read without a network: addresses, accounts, and the software they run."""
