"""Recorded answers: what a configuration must plan, apply and leave in the state, step by step.

`cloud` starts the local AWS, `case` runs one case through a program and observes it, `comparable` makes observations
comparable, `differences` compares two of them. tests/record.py and tests/compare.py are the commands; `language` does the same
for small cases without a cloud, with tests/language.py as its command. tests/cases/README.md describes the files.
"""
