#!/usr/bin/env bash
# Explains the demo's images: demo.sh SALIENCY ONNX_MODEL KERAS_MODEL
set -euo pipefail
saliency=$1
model=$2
expressions=$3
photograph=Demo/chelsea.png
labels=Demo/imagenet-labels.json

birds=Examples/Models/bird-or-tree

mkdir -p demo
echo "Is it the bird or the tree? Two networks that say 'bird':"
for network in confounded clean; do
  "$saliency" explain "$birds-$network.onnx" Examples/Data/bird-or-tree/bird-tree-1.png \
    --labels "$birds-$network-labels.json" --method grad-cam --output "demo/bird-or-tree-$network.png"
done

echo
echo "The five best classes of $photograph, and what the best one depends on, by three methods:"
"$saliency" predict "$model" "$photograph" --labels "$labels"
"$saliency" explain "$model" "$photograph" --labels "$labels" --compare grad-cam,guided,gradient \
  --output demo/chelsea-methods.png

echo
echo "Which pixels make a Keras network say 'happy':"
"$saliency" explain "$expressions" Demo/face.png --labels Demo/expression-labels.json --target happy \
  --method guided --output demo/face-happy.png
