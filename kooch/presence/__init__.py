"""Who was where, and until when: evidence on accounts is read as stays. The rules are the truth table of docs/methods.md."""
