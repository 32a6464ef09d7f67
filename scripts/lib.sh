# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts share: where the project is, how a step looks, how they stop. Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\033[1m' red=$'\033[31m' green=$'\033[32m' dim=$'\033[2m' plain=$'\033[0m'
else
  bold='' red='' green='' dim='' plain=''
fi
# Not every script uses every colour.
: "$bold$red$green$dim$plain"

# die CODE MESSAGE...: the last line says what to do
die() {
  local code=$1
  shift
  printf '%serror%s: %s\n' "$red" "$plain" "$*" >&2
  exit "$code"
}

# step TITLE COMMAND...: announce, run with its output shown, say how long it took
step() {
  local title=$1 begun=$SECONDS code=0 result='done'
  shift
  printf '%s==> %s%s\n' "$bold" "$title" "$plain"
  "$@" || code=$?
  [ "$code" = 0 ] || result="failed (code $code)"
  printf '%s    %s after %d s%s\n' "$dim" "$result" "$((SECONDS - begun))" "$plain"
  return "$code"
}

# configure PRESET [CMAKE-OPTION...]: quiet unless it fails; CMake finds out itself when there is nothing to do
configure() {
  local log=build/configure-$1.log
  mkdir -p build
  cmake --preset "$@" >"$log" 2>&1 || { cat "$log"; return 1; }
}

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  NINJA_STATUS="    [%f/%t %es] " cmake --build --preset "$preset" ${1:+--target "$@"}
}
