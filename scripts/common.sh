# shellcheck shell=bash
# Sourced by the scripts beside it: runs from the root of the tree, and builds presets without filling the screen.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# build_preset PRESET [TARGET ...]: configures and builds it under build/PRESET. On a terminal ninja's one moving line
# shows; otherwise nothing does but what went wrong.
build_preset() {
  local preset=$1 log started=$SECONDS
  shift
  mkdir -p build
  log=build/configure-$preset.log
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    echo "configuring $preset failed" >&2
    return 1
  fi
  local quiet=(--quiet)
  [ ! -t 1 ] || quiet=()
  echo "building $preset${*:+ ($*)}"
  cmake --build --preset "$preset" ${1:+--target "$@"} -- "${quiet[@]}" || return 1
  echo "built $preset in $((SECONDS - started)) s"
}
