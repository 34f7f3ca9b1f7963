#!/usr/bin/env bash
# Builds the DocC documentation of the library into .build/documentation; a warning is an error.
#
# To read it: python3 -m http.server --directory .build/documentation, then http://localhost:8000/documentation/saliency/
set -euo pipefail
cd "$(dirname "$0")/.."

swift build --target Saliency
products=$(swift build --show-bin-path)
output=.build/documentation
symbols=$products/saliency-symbols

# One import of Saliency gives the symbols of the modules below it, so its documentation shows them as its own.
rm -rf "$symbols" && mkdir -p "$symbols"
includes=(-I "$products/Modules" -I "$products/CImageCodecs.build" -I "$products/CVectorKernels.build")
for library in COneDNN CPNG CJPEG CWebP CZlib; do includes+=(-I "Sources/$library"); done
swift symbolgraph-extract -module-name Saliency -target "$(uname -m)-unknown-linux-gnu" "${includes[@]}" \
  -minimum-access-level public -skip-synthesized-members \
  -experimental-allowed-reexported-modules=SaliencyCore,SaliencyImage,NumPyFormat,ONNXFormat,KerasFormat \
  -output-dir "$symbols"

docc=$(command -v docc || echo "$(dirname "$(readlink -f "$(command -v swift)")")/docc")
rm -rf "$output"
"$docc" convert Sources/Saliency/Saliency.docc --additional-symbol-graph-dir "$symbols" --output-path "$output" \
  --fallback-display-name Saliency --fallback-bundle-identifier swift-saliency.Saliency \
  --transform-for-static-hosting --warnings-as-errors
rm -f "$output"/*.sqlite*
echo "$output/documentation/saliency/index.html"
