#!/usr/bin/env python3
"""Colombia's holidays of 2024 to 2040 as PyPI's `holidays` has them: a date and its names on each line.

deploy/dev/install-tools makes the environment: target/oracles/bin/python generate.py > colombia.csv
"""
import holidays

print(f"# holidays {holidays.__version__}")
for date, name in sorted(holidays.Colombia(years=range(2024, 2041)).items()):
    print(f"{date},{name}")
