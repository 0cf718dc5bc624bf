"""Processor agreements as they are written: clauses with parameters, and two annexes; pure."""
