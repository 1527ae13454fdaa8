# shellcheck shell=bash
# What the user sees: one line when a step ends, with the time it took, and errors that say what to do.

die() {
    printf 'lab: %s\n' "$1" >&2
    shift
    (($# == 0)) || printf '     %s\n' "$@" >&2
    exit 1
}

say() { printf 'lab: %s\n' "$*"; }

# Milliseconds since some fixed point; EPOCHREALTIME's decimal sign depends on the locale.
now_ms() { echo $((${EPOCHREALTIME//[.,]/} / 1000)); }

seconds_since() {
    local ms=$(($(now_ms) - $1))
    printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# step WHAT COMMAND...: runs it with its output in a log, says how long it took, and shows the log's end when it
# failed. The command runs in a subshell, where `set -e` holds: called under `if` or `||` it would not.
step() {
    local what=$1 started log status=0
    shift
    started=$(now_ms)
    mkdir -p "$state/log"
    log=$state/log/${what//[^a-zA-Z0-9]/-}.log
    [[ ! -t 1 ]] || printf 'lab: %s ...\r' "$what"
    set +e
    (
        set -e
        "$@"
    ) >"$log" 2>&1 </dev/null
    status=$?
    set -e
    if ((status != 0)); then
        printf 'lab: %s: FAILED after %s, exit status %d. The end of %s:\n' \
            "$what" "$(seconds_since "$started")" "$status" "$log" >&2
        tail -n 15 "$log" | sed 's/^/     | /' >&2
        exit 1
    fi
    printf 'lab: %-58s %s\n' "$what" "$(seconds_since "$started")"
}
