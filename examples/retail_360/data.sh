#!/bin/sh
# Makes the shop of this example: 1,000 customers who do not exist (docs/synth.md). What is true of
# them is in data/truth.json and data/truth.
cd "$(dirname "$0")" && exec "${C360:-c360}" synth data --customers 1000 --seed 360 "$@"
