#!/usr/bin/env bash
# Explains the demo's photographs: demo.sh SALIENCY ONNX_MODEL KERAS_MODEL
set -euo pipefail
saliency=$1
model=$2
expressions=$3
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

echo
echo "Which pixels make a Keras network say 'happy':"
"$saliency" explain "$expressions" Demo/face.png --labels Demo/expression-labels.json --target happy \
  --method guided --output demo/face-happy.png
