# shellcheck shell=bash
# Sourced by the scripts beside it: runs from the root of the tree, and builds presets without filling the screen.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# show_tenths: passes on what ninja prints, but of its status lines only one for each tenth of the work.
show_tenths() {
  local line shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\  ]]; then
      if ((10 * BASH_REMATCH[1] / BASH_REMATCH[2] > shown)); then
        shown=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
        echo "  ${BASH_REMATCH[1]} of ${BASH_REMATCH[2]}"
      fi
    else
      printf '%s\n' "$line"
    fi
  done
}

# build_preset PRESET [TARGET ...]: configures and builds it under build/PRESET, with ninja's one moving line on a terminal
# and ten lines elsewhere.
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
  echo "building $preset${*:+ ($*)}"
  local build=(cmake --build --preset "$preset" ${1:+--target "$@"})
  if [ -t 1 ]; then
    "${build[@]}" || return 1
  else
    NINJA_STATUS='[%f/%t] ' "${build[@]}" 2>&1 | show_tenths || return 1
  fi
  echo "built $preset in $((SECONDS - started)) s"
}
