"""The write side: deciders, agents, and the runtime that lets them react exactly once."""
