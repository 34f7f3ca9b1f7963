#!/bin/bash
# Generates Sources/ONNXFormat/File/onnx.pb.swift from onnx.proto.
#
# Needs protoc (apt-get install protobuf-compiler). Builds protoc-gen-swift from the same version of swift-protobuf
# that the package is built with, in a scratch folder: ONNX_PROTO_SCRATCH, or a temporary one.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder="$root/Sources/ONNXFormat/File"
scratch=${ONNX_PROTO_SCRATCH:-$(mktemp -d)}
checkout="$scratch/swift-protobuf"

if [[ ! -d $checkout ]]; then
  swift package --package-path "$root" resolve
  cp -r "$root/.build/checkouts/swift-protobuf" "$checkout"
fi
swift build --package-path "$checkout" --configuration release --product protoc-gen-swift
plugin="$(swift build --package-path "$checkout" --configuration release --show-bin-path)/protoc-gen-swift"

protoc --plugin="$plugin" --proto_path="$folder" \
  --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true --swift_out="$folder" onnx.proto
