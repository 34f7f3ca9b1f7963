#!/usr/bin/env bash
# Installs the Debian packages that are missing: the libraries that the build links, and with the argument `python`
# what Python needs to make virtual environments.
set -euo pipefail

packages=(libdnnl-dev libjpeg62-turbo-dev libopenblas-dev libpng-dev libsqlite3-dev libwebp-dev zlib1g-dev)
if [ "${1:-}" = python ]; then packages=(python3 python3-venv python3-pip); fi

if [ "${1:-}" = python ] && python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && python3 -m pip --version >/dev/null 2>&1; then
  exit 0
fi

command -v swift >/dev/null || {
  echo "error: swift is not on the PATH; install Swift 6.3 from https://www.swift.org/install" >&2
  exit 1
}

command -v dpkg-query >/dev/null || {
  echo "note: this is no Debian; install oneDNN, libjpeg-turbo, libpng, libwebp, OpenBLAS, SQLite and zlib with their headers yourself" >&2
  exit 0
}

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

echo "installing ${missing[*]}"
run=()
if [ "$(id -u)" -ne 0 ]; then run=(sudo); fi
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
