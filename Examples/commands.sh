#!/usr/bin/env bash
# The commands of the documentation's pages: commands.sh SALIENCY FOLDER runs them, and writes what they draw into FOLDER.
set -euo pipefail
binary=$(realpath "$1")
repository=$(realpath "$(dirname "$0")/..")
mkdir -p "$2" && cd "$2"
for folder in Examples Demo .cache; do ln -sfn "$repository/$folder" "$folder"; done
saliency() { "$binary" "$@"; }

saliency explain Examples/Models/bird-or-tree-confounded.onnx Examples/Data/bird-or-tree/cat-tree-1.png --labels Examples/Models/bird-or-tree-confounded-labels.json -o confounded.png
saliency explain Examples/Models/bird-or-tree-clean.onnx Examples/Data/bird-or-tree/cat-tree-1.png --labels Examples/Models/bird-or-tree-clean-labels.json -o clean.png
saliency explain .cache/demo/efficientnet-lite0.onnx Demo/chelsea.png --labels Demo/imagenet-labels.json --target "Egyptian cat" -o score.png
saliency explain .cache/demo/efficientnet-lite0.onnx Demo/chelsea.png --labels Demo/imagenet-labels.json --target "Egyptian cat" --on probability -o probability.png
saliency explain .cache/demo/efficientnet-lite0.onnx Demo/chelsea.png --labels Demo/imagenet-labels.json --compare-targets top:5 -o classes.png
saliency explain Examples/Models/digit-scenes.onnx Examples/Data/digit-scene-2.png --labels Examples/Models/digit-scenes-labels.json --compare-targets top:4 --method guided -o labels.png
saliency explain Examples/Models/steering.onnx Examples/Data/steering-left.png --gradient-modifier relu -o right.png
saliency explain Examples/Models/steering.onnx Examples/Data/steering-left.png --gradient-modifier negate -o left.png
saliency explain Examples/Models/steering.onnx Examples/Data/steering-left.png --gradient-modifier small-values -o same.png
saliency explain .cache/demo/expressions.hdf5 Demo/face.png --labels Demo/expression-labels.json --compare gradient,guided,rectified -o methods.png
saliency explain .cache/demo/expressions.hdf5 Demo/face.png --layer add_1 --target 14 --method guided -o filter-14.png
saliency filters .cache/demo/expressions.hdf5 Demo/face.png --layer add_1 --method layer-cam:layer=add_1 --filters top:12 -o filters.png
saliency explain .cache/demo/efficientnet-lite0.onnx Demo/chelsea.png --loss output:282:1 --loss output:285:-1 -o tiger-not-egyptian.png
saliency explain .cache/demo/efficientnet-lite0.onnx Demo/chelsea.png --loss output:282 --wrt blocks.7.add -o layer.png
saliency explain Examples/Models/digits.keras Examples/Data/digit-7.png --compare gradient,guided,rectified --compare-targets top:3 --style heatmap -o seven.png
saliency methods
saliency explain .cache/demo/expressions.hdf5 Demo/face.png --compare gradient,smoothgrad:samples=100,integrated-gradients,lrp,layer-cam:layer=add_2,occlusion:window=12 -o compared.png
saliency maximize .cache/demo/efficientnet-lite0.onnx --target tabby --labels Demo/imagenet-labels.json -o tabby.png --animation tabby.webp
saliency maximize .cache/demo/efficientnet-lite0.onnx --layer blocks.7.add --target 5 --seed 1 -o filter.png -o filter.npy
saliency maximize .cache/demo/efficientnet-lite0.onnx --layer blocks.9.add --from Demo/chelsea.png --octaves 4 -o dream.png
