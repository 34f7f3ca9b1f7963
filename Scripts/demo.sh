#!/usr/bin/env bash
# Explains the demo's photograph with three methods: demo.sh SALIENCY MODEL
set -euo pipefail
saliency=$1
model=$2
photograph=Demo/chelsea.png
labels=Demo/imagenet-labels.json

mkdir -p demo
echo "The five best classes of $photograph:"
"$saliency" predict "$model" "$photograph" --labels "$labels"
for method in gradient guided rectified; do
  echo
  "$saliency" explain "$model" "$photograph" --labels "$labels" --method "$method" \
    --output "demo/{name}-$method.png"
done
