"""The AT Protocol, read without a network: identities with their history in the PLC directory, and profiles."""
