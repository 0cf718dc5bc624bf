#!/usr/bin/env bash
# What the machine itself must have. "pango": enough to run; without an argument: what the tests use as well.
set -euo pipefail

pango=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
tests=(chromium poppler-utils postgresql openjdk-17-jdk-headless libjaxb-java libactivation-java strace faketime softhsm2 nginx-light)
wanted=("${pango[@]}")
[ "${1:-}" = pango ] || wanted+=("${tests[@]}")

missing=()
for package in "${wanted[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "This machine lacks: ${missing[*]}" >&2
  echo "Install it with:    sudo apt-get install -y ${missing[*]}" >&2
  exit 1
fi
