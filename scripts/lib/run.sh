# shellcheck shell=sh
# run: the run folder, which holds all that is needed to go on.
#
# Each file in it is written beside its place and then renamed, so that it is
# there whole or not at all, whenever converge ends. A run that is taken up
# again goes through the same steps; a step whose file is there is not done
# again. Only the answer of a call that was under way is there in part, under
# a name of its own.

# stdin -> FILE, whole or not at all. What a killed converge has left running
# may still write to a file of the same name, so that of ours is our own.
put() {
    cat >"$1.new.$$" && mv -f -- "$1.new.$$" "$1" ||
        trouble "cannot write '$1'"
}

# The settings that a run is taken up with, as the shell reads them.
settings() {
    for name in llm llm_next directory max_attempts max_tokens_total policy \
        category complexity phase model protect verify format timeout; do
        eval "value=\$$name"
        # shellcheck disable=SC2154 # by the line above
        printf '%s=%s\n' "$name" "$(shell_word "$value")"
    done
    printf 'started_in=%s\nrun_id=%s\n' "$(shell_word "$PWD")" "$run_id"
}

# Makes the folder of a new run, and keeps in it what must not change.
begin_run() {
    run_id=$(date -u +%Y%m%dT%H%M%SZ)-$$
    [ -n "$run" ] || run=.tornkit/$run_id
    [ ! -e "$run/settings" ] ||
        trouble "cannot use '$run' as run folder: it holds another run"
    mkdir -p -- "$run" || trouble "cannot make the run folder '$run'"
    run=$(cd -- "$run" && pwd) || trouble "cannot enter the run folder"
    printf '*\n' >"$run/.gitignore" || trouble "cannot write in '$run'"
    put "$run/list" <"$deliverables"
    [ -z "$task" ] || put "$run/task" <"$task"
    # The last: from here on the run can be taken up.
    settings | put "$run/settings" || exit 2
}

# Takes up a run where it ended.
resume_run() {
    [ -f "$resume/settings" ] ||
        trouble "cannot resume '$resume': it holds no run"
    run=$(cd -- "$resume" && pwd) || trouble "cannot enter '$resume'"
    # shellcheck source=/dev/null # written by settings
    . "$run/settings"
}

# One converge a run. The holder's number is kept, since one that was killed
# cannot let go.
hold_run() {
    if [ -f "$run/pid" ] && kill -0 "$(cat "$run/pid")" 2>/dev/null; then
        say "cannot use '$run': process $(cat "$run/pid") is at work on it"
        echo "hint: if that is no converge, rm '$run/pid'" >&2
        exit 2
    fi
    echo $$ | put "$run/pid" || exit 2
}

release_run() { rm -f "$run/pid"; }

# Prints the glob that keeps an answer out of the run folder, which says what
# `--resume` runs; nothing if the folder is not in the tree.
glob_of_run() {
    tree=$(cd -- "$directory" && pwd -P) || return 1
    own=$(cd -- "$run" && pwd -P) || return 1
    case $own in
    "$tree"/*) printf '%s\n' "${own#"$tree"/}" | sed 's/[][*?{}@\\]/\\&/g' ;;
    esac
}

# The telemetry of all attempts so far, in order.
gather() {
    {
        for unit in "$run" $(unit_folders); do
            number=1
            while [ -f "$unit/attempt.$number" ]; do
                cat "$unit/attempt.$number"
                number=$((number + 1))
            done
        done
    } | put "$run/telemetry.ndjson" || exit 2
}

# The folders of a run with several answers.
unit_folders() {
    number=1
    while [ -d "$run/$number" ]; do
        printf '%s\n' "$run/$number"
        number=$((number + 1))
    done
}

# What came of the run: for people, on a terminal and in the folder.
report_run() {
    {
        tokest score "$run/telemetry.ndjson"
        echo "complete operations generated twice: $twice"
    } 2>&1 | put "$run/report" || exit 2
    [ "$quiet" = yes ] || cat "$run/report" >&2
}
