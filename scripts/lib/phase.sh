# shellcheck shell=sh
# phase: asks until an answer is there, and then until it works.
#
# A unit of the plan flows in, the changed tree flows out. An answer and its
# continuations are a series; what could not be applied, and what does not
# pass the check, is asked for in a series of its own, once each.

# Bytes of an unfinished operation up to which it is asked for again: some
# hundred tokens. What is longer is continued at the very character.
RESTART_BYTES=400

# Lines of a failed check that a model gets to see: the end, where it says
# what is wrong.
CHECK_LINES=200

# Lines of what is said of a join that are shown.
SHOWN_LINES=20

# The plain way to go on, by what would have to be written again.
choose_style() {
    tried=''
    style='line'
    begun=$(diff-resume status --format "$format" --json "$@" 2>/dev/null |
        awk 'match($0, /"start":[0-9]+,"end":[0-9]+/) {
            split(substr($0, RSTART, RLENGTH), part, /[:,]/)
            size = /"state":"cut"/ ? part[4] - part[2] : 0
        }
        END { print size + 0 }')
    line=$(diff-resume --raw --format "$format" "$@" 2>/dev/null |
        tail -n 1 | wc -c | tr -d ' ')
    if [ "$begun" -gt "$RESTART_BYTES" ] && [ "$line" -gt "$RESTART_BYTES" ]
    then
        style=exact
    fi
}

# A way of asking that was not tried since the last gain.
other_style() {
    tried="$tried $style"
    for style in line op file exact; do
        case "$tried " in *" $style "*) ;; *) return 0 ;; esac
    done
    return 1
}

# A continuation that added nothing: at the cap, ask for more room; else ask
# in another way.
escalate() {
    if [ "$looping" = no ] && [ "$used" -ge "$budget" ] && larger_budget
    then
        return 0
    fi
    other_style || larger_budget
}

# Writes the next prompt. Status 1: nothing can be asked, and why is said.
next_prompt() {
    command=${llm_next:-$llm}
    if [ -n "$llm_next" ]; then
        diff-resume prompt --format "$format" ${cut:+"$cut"} \
            --deliverables "$series_wanted" --style "$style" "$@"
    else
        diff-resume prompt --format "$format" ${cut:+"$cut"} \
            --task "$series_prompt" --deliverables "$series_wanted" \
            --style "$style" "$@"
    fi >"$dir/prompt.new.$$" 2>"$dir/prompt.err"
    case $? in
    0) mode=continuation ;;
    1)
        rm -f "$dir/prompt.new.$$"
        return 1
        ;;
    *)
        cat "$dir/prompt.err" >&2
        trouble "cannot write a continuation prompt in '$dir'"
        ;;
    esac
    mv -f "$dir/prompt.new.$$" "$dir/prompt.$next"
}

# Nothing complete came, so there is nothing to build on: the first call
# again, with more room.
start_again() {
    larger_budget || return 1
    mode=regeneration command=$llm
    put "$dir/prompt.$next" <"$series_prompt"
}

# Says what is missing and ends with 1.
give_up() {
    say "$* (run folder: $run)"
    [ "$output" -gt 0 ] || say "the last answer was empty"
    # Why the last answer did not help, if the join could tell.
    [ ! -f "$dir/stitch.$attempt.err" ] ||
        sed -n 's/^diff-resume: /converge: /p' "$dir/stitch.$attempt.err" |
        head -n "$SHOWN_LINES" >&2
    while IFS= read -r path; do
        say "missing: $path"
    done <"$dir/missing"
    end 1
}

# The model command failed. What it wrote is kept and built on, once.
model_failed() {
    [ "$fresh" = yes ] || return 0
    failures=$((failures + 1))
    if [ -s "$answer" ] && [ "$failures" -lt 2 ]; then
        progress "the model command ended with $model_status; going on with" \
            "what it wrote"
        return 0
    fi
    kept=${kept:-0} stitch=1
    record
    # Nothing was said: the same call is made again.
    [ -s "$answer" ] || rm -f "$answer" "$dir/status.$attempt"
    say "cannot go on: the model command ended with $model_status"
    printf "hint: converge --resume '%s'\n" "$run" >&2
    end 2
}

# --- a unit -----------------------------------------------------------------

# Starts a series with the prompt in prompt.$next.
begin_series() {
    series=$1
    series_began=$next
    series_prompt=$dir/prompt.$next
    applied=0 kept_before=0 failed_now=0 loops=0 calls=0 refusals=0
    cuts=0 covered_before=0 readable=yes
    command=$llm style='line' tried=''
    : >"$dir/applied"
    : >"$dir/complete.all"
}

# Asks for the unit in hand, until it is there or nothing more can be done.
make_unit() {
    next=1 failures=0 repaired=no mode=initial
    stitch=1 looping=no stop_reason='' attempt=0 attempts=attempt
    [ -f "$dir/prompt.1" ] || first_prompt | put "$dir/prompt.1" || exit 2
    series_wanted=$dir/wanted
    begin_series answer
    changed_since_before
    : >"$dir/missing"
    run_series
    while [ "$failed_now" -gt 0 ] && [ "$repaired" = no ]; do
        repaired=yes
        repair feedback
    done
    [ "$failed_now" = 0 ] || {
        operations=operations
        [ "$failed_now" -gt 1 ] || operations=operation
        give_up "$failed_now $operations could not be applied"
    }
    [ "$layer" = alignment ] || is_in_tree ||
        give_up "the answer is complete, the tree is not"
    [ "$last" = no ] || check_phase
}

# Whether the tree has what was to be made, and has not what was to go: an
# answer may name a file and still leave it undone.
is_in_tree() {
    member action <"$dir/files.ndjson" | paste -d ' ' - "$dir/deliverables" |
        while read -r action path; do
            case $path in *'*'* | *'?'* | *'\'*) continue ;; esac
            there=no
            [ ! -e "$directory/$path" ] || there=yes
            case $action,$there in
            create,no | modify,no | delete,yes) printf '%s\n' "$path" ;;
            esac
        done | put "$dir/missing" || exit 2
    [ ! -s "$dir/missing" ]
}

run_series() {
    set --
    while :; do
        afford || give_up "the $max_tokens_total tokens of the run are spent"
        ask
        calls=$((calls + 1))
        if [ "$model_status" != 0 ] && [ ! -s "$answer" ]; then
            kept=0 operations_applied=0 operations_failed=0
            model_failed
        fi
        if [ $# -eq 0 ] && ! is_obeyed; then
            not_in_format
            continue
        fi
        set -- "$@" "$said"
        join "$@"
        apply_new
        all_there=0
        if [ "$series" = answer ] && [ "$layer" != alignment ]; then
            uncovered "$@"
            all_there=$?
        fi
        if [ "$model_status" != 0 ]; then model_failed; else failures=0; fi
        record
        progress "$place, attempt $attempt: $output tokens, $kept kept," \
            "$operations_applied operations applied, $(files_done)"
        if [ "$stitch" = 0 ] && [ "$all_there" = 0 ]; then
            next=$((attempt + 1))
            return 0
        fi
        [ "$calls" -lt "$max_attempts" ] ||
            give_up "not complete after $attempt $attempts"
        next=$((attempt + 1))
        prepare_next "$@" || {
            set --
            kept_before=0
        }
        if [ "$useless" = yes ]; then
            drop_last "$@"
            eval "set -- $remaining"
        fi
    done
}

# An answer that nothing can be done with.
not_in_format() {
    kept=0 stitch=1 operations_applied=0 operations_failed=0 readable=no
    record
    readable=yes
    progress "$place, attempt $attempt: $output tokens, none in format $format"
    next=$((attempt + 1))
    [ "$series" != answer ] || uncovered "$said"
    [ "$calls" -lt "$max_attempts" ] ||
        give_up "not complete after $attempt $attempts"
    insist || give_up "the model answers in no format that was asked for"
    changed_since_before ||
        give_up "the next call would be the same as an earlier one"
}

# What the next call asks. Status 1: the answers so far are of no use.
prepare_next() {
    useless=no
    if [ "$looping" = yes ]; then
        loops=$((loops + 1))
        [ "$loops" -lt 2 ] || give_up "the model repeats itself"
    fi
    if [ "$kept" -gt 0 ]; then
        choose_style "$@"
        budget_of_rest
    fi
    [ "$looping" = no ] || style='op'
    if [ "$mode" = continuation ] && [ "$kept" = 0 ]; then
        escalate || give_up "the last continuation added nothing"
        # It has nothing that the join could use.
        useless=yes
        drop_last "$@"
        eval "set -- $remaining"
    fi
    kept_before=$((kept_before + kept))
    again=0
    if ! next_prompt "$@"; then
        if [ "$applied" = 0 ] && start_again; then
            again=1 useless=no
        else
            sed 's/^[a-z-]*: //' "$dir/prompt.err" | while IFS= read -r why
            do say "$why"; done
            give_up "nothing more can be asked"
        fi
    fi
    until changed_since_before; do
        if [ "$mode" = continuation ] && other_style; then
            next_prompt "$@" || give_up "nothing more can be asked"
        else
            larger_budget ||
                give_up "the next call would be the same as an earlier one"
        fi
    done
    return "$again"
}

# All but the last, as words for eval: names of answers are numbers in a
# folder, quoted.
drop_last() {
    remaining=''
    while [ $# -gt 1 ]; do
        remaining="$remaining $(shell_word "$1")"
        shift
    done
}

files_done() {
    all=$(wc -l <"$dir/deliverables" | tr -d ' ')
    open=$(wc -l <"$dir/missing" | tr -d ' ')
    echo "$((all - open)) of $all files"
}

# --- repairs ----------------------------------------------------------------

# Asks in a series of its own what text says in words: feedback, or the
# output of the check. It is no part of the answer that was estimated.
repair() {
    {
        if [ -z "$llm_next" ]; then
            cat "$dir/prompt.1"
            printf '\n---\n'
        fi
        "$1_text"
    } | put "$dir/prompt.$next" || exit 2
    estimate_p50=null estimate_p90=null
    mode=continuation
    : >"$dir/nothing"
    series_wanted=$dir/nothing
    begin_series "$1"
    command=${llm_next:-$llm}
    changed_since_before || give_up "the same repair was asked for before"
    run_series
}

feedback_text() {
    echo 'Your operations were applied, but not all of them could be.'
    number=$series_began
    while [ "$number" -lt "$next" ]; do
        cat "$dir/feedback.$number" 2>/dev/null
        number=$((number + 1))
    done
}

check_text() {
    echo 'Your operations were applied, but the check of the result fails:'
    printf '\n$ %s\n' "$verify"
    tail -n "$CHECK_LINES" "$dir/check.1"
    printf '\nSend operations that repair it, and no others.\n'
}

# The phase is done when the check passes; else it never was.
check_phase() {
    [ -n "$verify" ] || return 0
    check 1 && return 0
    progress "$place: the check fails, asking for a repair"
    repair check
    check 2 && return 0
    tail -n 20 "$dir/check.2" >&2
    roll_back
    : >"$dir/missing"
    give_up "the check of '${unit_id:-the list}' fails; the phase was taken" \
        "back"
}

check() {
    if [ ! -f "$dir/checked.$1" ]; then
        (cd -- "$directory" && sh -c "$verify") >"$dir/check.$1" 2>&1
        check_status=$?
        case $check_status in
        126 | 127)
            tail -n 1 "$dir/check.$1" >&2
            trouble "cannot run the check '$verify'"
            ;;
        esac
        echo "$check_status" | put "$dir/checked.$1" || exit 2
    fi
    [ "$(cat "$dir/checked.$1")" = 0 ]
}

# Takes back every change of the phase, the last first.
roll_back() {
    from=$((number_of_unit - batch + 1))
    each=$number_of_unit
    while [ "$each" -ge "$from" ]; do
        folder=$run
        [ "$units" = 1 ] || folder=$run/$each
        if [ -f "$folder/runs" ]; then
            awk '!seen[$0]++ { line[++n] = $0 }
                END { while (n) print line[n--] }' "$folder/runs" |
                while IFS= read -r name; do
                    is_taken_back "$name" ||
                        edit-apply -C "$directory" --rollback="$name" ||
                        cannot_take_back "$name"
                done || exit 2
        fi
        each=$((each - 1))
    done
}

cannot_take_back() {
    echo "hint: the check may have changed files itself; converge's changes:" \
        "edit-apply -C $(shell_word "$directory") --log" >&2
    trouble "cannot take back '$1'"
}

is_taken_back() {
    edit-apply -C "$directory" --log | grep -Fq "$1 taken back "
}
