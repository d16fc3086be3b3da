#!/bin/sh
# Makes the shop of this example: 5,000 customers who do not exist (docs/synth.md).
cd "$(dirname "$0")" && exec "${C360:-c360}" synth data --customers 5000 --seed 4 "$@"
