"""The command line: one file for each command, answers for people or as JSON."""
