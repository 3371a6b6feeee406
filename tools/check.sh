#!/bin/sh
# Everything that must hold before a change is whole: `make test`.  All stages run; one that fails fails the run.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
summary=
failed=0

# Chromium without windows does the same in half the time; whoever may not install it uses the one that is there.
has_other_chromium() {
    [ "$(id -u)" != 0 ] && { command -v chromium || command -v chromium-browser; } >/dev/null
}

# Programs that tests need beside Python: Chromium, the servers of PostgreSQL, Redis and mail, and what reads and makes papers.
missing() {
    command -v chromium-headless-shell >/dev/null || has_other_chromium || printf ' chromium-headless-shell'
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || printf ' postgresql'
    command -v redis-server >/dev/null || printf ' redis-server'
    [ -x /usr/lib/postfix/sbin/master ] || printf ' postfix'
    command -v soffice >/dev/null ||
        printf ' libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui'
    ls /usr/share/fonts/truetype/croscore/Tinos* >/dev/null 2>&1 || printf ' fonts-croscore'
    command -v bwrap >/dev/null || printf ' bubblewrap'
    [ "$(tesseract --list-langs 2>/dev/null | grep -c '^vie$')" = 1 ] || printf ' tesseract-ocr tesseract-ocr-vie'
    command -v qpdf >/dev/null || printf ' qpdf'
    command -v pdftoppm >/dev/null || printf ' poppler-utils'
}

install_programs() {
    wanted=$(missing)
    [ -n "$wanted" ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        printf 'Cannot go on: tests need%s; please run: sudo apt-get install -y%s\n' "$wanted" "$wanted" >&2
        return 1
    fi
    printf '==> Installing%s\n' "$wanted"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q || return 1
    case $wanted in *postgresql*)
        # Told before the server's package comes, it starts no server of its own.
        apt-get install -y -q --no-install-recommends postgresql-common || return 1
        conf=/etc/postgresql-common/createcluster.conf
        sed -i '/^#\{0,1\} *create_main_cluster/d' "$conf" && printf 'create_main_cluster = false\n' >>"$conf" || return 1
        ;;
    esac
    case $wanted in *redis-server*)
        # A masked unit is not started: tests start a server of their own, in a folder of their own.
        unit=/etc/systemd/system/redis-server.service
        [ -e "$unit" ] || { mkdir -p "${unit%/*}" && ln -s /dev/null "$unit"; } || return 1
        ;;
    esac
    case $wanted in *postfix*)
        # Without settings of its own it is not started: tests start one in a folder of their own.
        printf 'postfix postfix/main_mailer_type select No configuration\n' | debconf-set-selections || return 1
        unit=/etc/systemd/system/postfix.service
        [ -e "$unit" ] || { mkdir -p "${unit%/*}" && ln -s /dev/null "$unit"; } || return 1
        ;;
    esac
    # shellcheck disable=SC2086  # one word for each package
    apt-get install -y -q --no-install-recommends $wanted
}

# stage NAME COMMAND...: run it, keep its time and how it ended
stage() {
    name=$1
    shift
    printf '\n==> %s\n' "$name"
    began=$(date +%s)
    # One that hangs ends too, and says so; the longest takes a third of this.
    if timeout --signal=INT --kill-after=60 1500 "$@"; then ended=passed; else ended=FAILED failed=1; fi
    summary="$summary$(printf '%-28s %-7s %4d s' "$name" "$ended" "$(($(date +%s) - began))")
"
}

all_began=$(date +%s)
install_programs || exit 1
sh tools/setup.sh dev || exit 1

# The sample office that browsers visit is made beside the first stages, which leave a core idle now and then.
OFFICE_TEST_SAMPLE=$(mktemp -d)
export OFFICE_TEST_SAMPLE
trap 'kill "$making" 2>/dev/null; rm -rf "$OFFICE_TEST_SAMPLE"' EXIT
"$bin/python" -m tests.served_sample >"$OFFICE_TEST_SAMPLE/log" 2>&1 &
making=$!

stage "Lint" "$bin/ruff" check .
stage "Format" "$bin/ruff" format --check .
stage "Types" "$bin/mypy"
stage "Tests on SQLite" env OFFICE_DB=sqlite "$bin/pytest" -q -n "${WORKERS:-3}" --dist worksteal -m "not browser"
stage "Tests on PostgreSQL" env OFFICE_DB=postgresql "$bin/pytest" -q -n "${WORKERS:-3}" --dist worksteal -m "not browser"
stage "Tests in Chromium" "$bin/pytest" -q -n "${WORKERS:-3}" --dist loadfile --no-loadscope-reorder -m browser tests/browser

printf '\n%s%-28s %-7s %4d s\n' "$summary" "Together" "$([ $failed = 0 ] && echo passed || echo FAILED)" \
    "$(($(date +%s) - all_began))"
exit $failed
