#!/bin/sh
# Called by the Makefile:
#   scripts/environment.sh install     the project into .venv, exactly as requirements.lock says
#   scripts/environment.sh lock [...]  requirements.lock from pyproject.toml, with uv's arguments
#
# Needs git, make and any Python >= 3.8. Where a working `uv` is missing, the one of the lock
# is put into .tools/ inside this checkout; the user's own Python is never written to.
# Every download is checked against a hash of requirements.lock, except the copy of Python
# that uv brings (and checks itself) where no Python 3.13 is installed.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
mkdir -p .tools
log=$root/.tools/install.log
: >"$log"

task=${1:-install}

say() { printf '%s: %s\n' "$task" "$*" >&2; }
die() {
    [ ! -s "$log" ] || { tail -n 15 "$log" | sed 's/^/    /' >&2; }
    say "$@"
    exit 1
}

# --- Pythons ---------------------------------------------------------------------------------

# Print the real path of every installed CPython for which the Python expression $1 holds.
# They are started from / : a version manager's stand-in would read our .python-version and
# refuse where that version is not installed.
pythons() {
    for name in python3.13 python3 python3.14 python3.12 python \
        /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3 \
        "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}"/versions/3.*/bin/python; do
        (cd / && "$name" -c "import sys
v = sys.version_info
if sys.implementation.name == 'cpython' and ($1): print(sys.executable)") 2>/dev/null || :
    done | awk '!seen[$0]++'
}
first() { head -n 1; }

# --- uv --------------------------------------------------------------------------------------

# Does $1 start, and is it new enough? A version manager's stand-in exists and fails.
usable_uv() {
    case $("$1" --version 2>/dev/null) in
        "uv 0."[0-4].*) return 1 ;;
        "uv "[0-9]*) return 0 ;;
        *) return 1 ;;
    esac
}

# Put the uv of the lock into .tools/ with the pip of some Python: in an environment of its own,
# or (where Debian's python3-venv is missing) as a plain folder.
fetch_uv() {
    sed -n '/^uv==/,/[^\\]$/p' requirements.lock >.tools/uv.txt
    [ -s .tools/uv.txt ] || die "requirements.lock has no entry for uv; restore the file."
    say "getting $(sed -n '1s/ .*//p' .tools/uv.txt) into .tools/"
    set -- install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r .tools/uv.txt
    for python in $(pythons 'v >= (3, 8)' | head -n 4); do
        rm -rf .tools/env
        if "$python" -m venv .tools/env >>"$log" 2>&1 &&
            .tools/env/bin/python -m pip "$@" >>"$log" 2>&1; then
            return
        fi
        rm -rf .tools/env
        if "$python" -m pip "$@" --target .tools/env >>"$log" 2>&1; then
            return
        fi
    done
    rm -rf .tools/env
    [ -n "$(pythons 'v >= (3, 8)')" ] || die "no Python 3.8 or newer found on PATH; install one and run make again."
    die "could not get uv (details above and in .tools/install.log). Check that a package index" \
        "is reachable and that Python has pip (Debian, Ubuntu: apt install python3-venv), or" \
        "install uv yourself; then run make again."
}

find_uv() {
    for uv in "$root/.tools/env/bin/uv" uv "${HOME:-/nonexistent}/.local/bin/uv"; do
        ! usable_uv "$uv" || return 0
    done
    fetch_uv
    uv=$root/.tools/env/bin/uv
    usable_uv "$uv" || die "the uv in .tools/ does not start on this machine; install uv yourself and run make again."
}

# uv does not read pip's settings, and a machine behind a mirror often has only those. Names that
# the user set for uv win.
use_pip_settings() {
    python=$(pythons 'v >= (3, 8)' | first)
    [ -n "$python" ] || return 0
    index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || :)}}}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    cert=${SSL_CERT_FILE:-${PIP_CERT:-$("$python" -m pip config get global.cert 2>/dev/null || :)}}
    [ ! -f "$cert" ] || export SSL_CERT_FILE="$cert"
    # Trust what the system trusts, as pip does (the second name is that of older uv).
    for store in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
        [ ! -f "$store" ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS:-1}"
    done
}

# --- .venv -----------------------------------------------------------------------------------

usable_venv() {
    .venv/bin/python -c 'import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' 2>/dev/null
}

make_venv() {
    usable_venv && return
    rm -rf .venv
    python=$(pythons 'v[:2] == (3, 13)' | first)
    if "$uv" venv --quiet --python "${python:-3.13}" .venv >>"$log" 2>&1; then
        return
    fi
    python=$(pythons '(3, 12) <= v < (3, 15)' | first)
    [ -n "$python" ] || die "needs Python 3.13 (3.12 and 3.14 will do): none is installed and uv" \
        "could not download one. Install one, or run make where uv can download it."
    say "no Python 3.13 here and none could be downloaded: using $python instead"
    "$uv" venv --quiet --python "$python" .venv >>"$log" 2>&1 || die "could not make .venv with $python."
}

# Run a uv command; its own progress shows in a terminal, elsewhere it only goes to the log.
step() {
    if [ -t 2 ]; then "$uv" "$@"; else "$uv" "$@" >>"$log" 2>&1; fi
}

install() {
    make_venv
    say "requirements.lock into .venv ($(.venv/bin/python -V); the first time takes a minute or two)"
    step pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock ||
        die "the packages of requirements.lock could not be installed (log: .tools/install.log)."
    step pip install --python .venv/bin/python --no-deps --no-build-isolation --editable . ||
        die "the project itself could not be installed (log: .tools/install.log)."
    say "done"
}

# For every system and every Python from 3.12 on, with the hash of every file, without addresses.
# The pins of the present lock stay where they still fit.
lock() {
    "$uv" pip compile --quiet --universal --python-version 3.12 --group dev --generate-hashes \
        --no-header --no-annotate --no-emit-index-url --output-file requirements.lock \
        "$@" pyproject.toml || die "requirements.lock was not changed."
}

case $task in install | lock) ;; *) die "unknown task; install and lock are known." ;; esac
[ $# -eq 0 ] || shift
find_uv
use_pip_settings
"$task" "$@"
