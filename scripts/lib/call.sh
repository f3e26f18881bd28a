# shellcheck shell=sh
# call: one call of the model, and what its answer brings.
#
# Answers flow through the filters into the tree. What the functions share is
# about the attempt in hand:
#   attempt, mode, budget, answer, output    the call
#   applied                                  operations handed to edit-apply
#   kept_before, kept, stitch                what the joined answer gained

# COMMAND BUDGET -> the command with the budget in it.
filled() {
    rest=$1 done_part='' mark='{max_tokens}'
    while :; do
        case $rest in
        *"$mark"*)
            done_part=$done_part${rest%%"$mark"*}$2
            rest=${rest#*"$mark"}
            ;;
        *) break ;;
        esac
    done
    printf '%s' "$done_part$rest"
}

# A call that was made before, word for word, would only be paid for twice.
changed_since_before() {
    call="$(cksum <"$dir/prompt.$next") $(filled "$command" "$budget")"
    number=1
    while [ "$number" -lt "$next" ]; do
        if [ "$(cat "$dir/call.$number")" = "$call" ]; then return 1; fi
        number=$((number + 1))
    done
    printf '%s\n' "$call" | put "$dir/call.$next" || exit 2
}

# Gets the answer, unless an earlier converge got it, or a part of it.
ask() {
    attempt=$next
    answer=$dir/answer.$attempt
    fresh=no
    if [ ! -f "$answer" ] && [ -s "$answer.part" ]; then
        # The model may still be writing to that file.
        put "$answer" <"$answer.part"
        rm -f "$answer.part"
    elif [ ! -f "$answer" ]; then
        call_model
    fi
    model_status=0
    [ ! -f "$dir/status.$attempt" ] || model_status=$(cat "$dir/status.$attempt")
    examine
    output=$(said_tokens "$said")
    # A provider counts reasoning, and with a vocabulary of its own.
    used=$output
    reported=$(number_of salvage output_tokens "$dir/checked")
    [ "$reported" = null ] || [ "$reported" -le "$used" ] || used=$reported
    spent=$((spent + used))
}

# ANSWER... -> tokens of what the model said, without what wraps it.
said_tokens() {
    counted=$(diff-resume --raw --format "$format" "$@" 2>/dev/null |
        count_tokens)
    echo "${counted:-0}"
}

# What the answer says about itself. The line feed that some tools add is no
# part of it.
examine() {
    awk 'NR > 1 { printf "\n" } { printf "%s", $0 }' "$answer" |
        ndjson-salvage --check --quiet --report "$dir/checked" 2>/dev/null
    stop_reason=$(member stop_reason <"$dir/checked" | head -n 1)
    verdict=$(member verdict <"$dir/checked" | head -n 1)
    said=$answer
    trim
}

# Half a character at the end of an answer arrives as U+FFFD, which the model
# did not write. The filters get a copy without it, and without what wraps it:
# an operation that ends there is open anyhow.
trim() {
    text=$answer
    if [ -n "$(member envelope <"$dir/checked")" ]; then
        text=$dir/text.$attempt
        diff-resume --raw --format "$format" "$answer" 2>/dev/null |
            put "$text" || exit 2
    fi
    size=$(wc -c <"$text" | tr -d ' ')
    whole_size=$size
    while :; do
        case $(head -c "$size" "$text" | tail -c 4 | od -An -v -tx1 |
            tr -d ' \n') in
        *efbfbd0a) size=$((size - 4)) ;;
        *efbfbd) size=$((size - 3)) ;;
        *) break ;;
        esac
    done
    [ "$size" -lt "$whole_size" ] || return 0
    said=$dir/said.$attempt
    head -c "$size" "$text" | put "$said" || exit 2
}

# The model works beside this shell, so that a signal is heard at once.
call_model() {
    fresh=yes
    rm -f "$dir/status.$attempt" "$dir/attempt.$attempt" "$dir/late"
    start_progress
    sh -c "$(filled "$command" "$budget")" \
        <"$dir/prompt.$attempt" >"$answer.part" &
    model_pid=$!
    start_watch
    wait "$model_pid" 2>/dev/null
    model_status=$?
    model_pid=''
    stop_watch
    stop_progress
    [ ! -f "$dir/late" ] || model_status=124
    if [ "$model_status" != 0 ]; then
        echo "$model_status" | put "$dir/status.$attempt" || exit 2
    fi
    mv -f "$answer.part" "$answer" || trouble "cannot write '$answer'"
}

# Ends a call that takes too long, as timeout(1) would, with all that it
# started.
start_watch() {
    watch_pid=''
    [ -n "$timeout" ] || return 0
    watch_call </dev/null &
    watch_pid=$!
}

# A watcher that has begun to end a call is let finish.
stop_watch() {
    [ -n "$watch_pid" ] || return 0
    [ -f "$dir/late" ] || kill "$watch_pid" 2>/dev/null
    wait "$watch_pid" 2>/dev/null
    watch_pid=''
}

watch_call() {
    left=$timeout
    while [ "$left" -gt 0 ]; do
        sleep 1
        kill -0 $$ 2>/dev/null || exit
        left=$((left - 1))
    done
    : >"$dir/late"
    family=$(family_of "$model_pid")
    end_family TERM
    sleep 2
    end_family KILL
}

# SIGNAL: to those of the family that there still are. They stand still until
# all have it: a shell whose child ends first would say so, or go on.
end_family() {
    for signal in STOP "$1" CONT; do
        # shellcheck disable=SC2086 # numbers
        kill -s "$signal" $family 2>/dev/null
    done
}

# PID -> a process and those that it started, itself last: its end is what
# others wait for.
family_of() {
    ps -A -o pid= -o ppid= 2>/dev/null | awk -v top="$1" '
        { parent[$1] = $2 }
        END {
            for (pid in parent) {
                up = pid
                while (up != top && up in parent) up = parent[up]
                if (up == top && pid != top) print pid
            }
        }'
    echo "$1"
}

count_tokens() {
    counted=$(tokest count) || return 1
    printf '%s' "$counted" | tr -d ' '
}

# Joins all answers, and counts what this one brought. A model that says
# nothing new is not an error here, a filter that cannot read is.
join() {
    kept=0 operations_applied=0 operations_failed=0
    # A diff may look whole where it is cut. What is missing, or an answer
    # as long as its budget, says that it is.
    cut=''
    if [ "$format" = diff ] &&
        { ! uncovered "$@" || [ "$used" -ge "$budget" ]; }; then
        cut=--cut
    fi
    diff-resume stitch --format "$format" ${cut:+"$cut"} "$@" \
        --report "$dir/joined" >"$dir/stitched.$attempt" \
        2>"$dir/stitch.$attempt.err"
    stitch=$?
    if [ "$stitch" -gt 1 ]; then
        cat "$dir/stitch.$attempt.err" >&2
        record
        trouble "cannot join the answers in '$dir'"
    fi
    # Whether it ended in saying the same again and again.
    looping=no
    if grep -q '"looping":{' "$dir/joined"; then looping=yes; fi
    # An operation is applied once, so what was printed must stay.
    if [ "$applied" -gt 0 ]; then
        head -n "$applied" "$dir/stitched.$attempt" |
            cmp -s - "$dir/applied" || {
            record
            trouble "the joined answer no longer begins as before: '$dir'"
        }
    fi
    kept=0
    if [ -s "$dir/stitched.$attempt" ] ||
        [ -n "$(units_of --format "$format" "$@")" ]; then
        kept=$(($(said_tokens "$@") - kept_before))
    fi
    # Tokens do not add up exactly at a seam.
    [ "$kept" -ge 0 ] || kept=0
    [ "$kept" -le "$output" ] || kept=$output
    count_twice
}

# Complete operations of this answer that an answer before it had: none, if
# everybody does as asked.
count_twice() {
    # An object without a file is a step of an operation that began before.
    diff-resume status --format "$format" "$answer" 2>/dev/null |
        grep '^complete' |
        grep -v '[[:blank:]][?]$' | sort >"$dir/complete"
    again=$(sort -u "$dir/complete" | comm -12 - "$dir/complete.all" | wc -l)
    twice=$((twice + again))
    sort -u "$dir/complete" "$dir/complete.all" >"$dir/complete.new.$$"
    mv -f "$dir/complete.new.$$" "$dir/complete.all"
}

# Applies the operations that are new, and shows each result line.
apply_new() {
    tail -n "+$((applied + 1))" "$dir/stitched.$attempt" \
        >"$dir/new.$attempt"
    [ -s "$dir/new.$attempt" ] || return 0
    # A hunk needs the header of its file, and so does a block. What was
    # applied before is not applied again: the log knows it.
    if [ "$format" != ops ]; then
        cp "$dir/stitched.$attempt" "$dir/new.$attempt"
    fi
    [ -f "$dir/results.$attempt" ] || apply_now
    cat "$dir/results.$attempt"
    operations_applied=$(results 'applied|unchanged')
    operations_failed=$(results 'failed|refused|skipped')
    failed_now=$((failed_now + operations_failed))
    applied=$(wc -l <"$dir/stitched.$attempt" | tr -d ' ')
    cp "$dir/stitched.$attempt" "$dir/applied"
}

apply_now() {
    count_runs
    set -- --feedback="$dir/feedback.$attempt" -C "$directory"
    if grep -q '"protected_paths"' "$dir/unit.json"; then
        set -- "$@" --protect "@$dir/unit.json"
    fi
    [ -z "$protect" ] || set -- "$@" --protect "$protect"
    own_glob=$(glob_of_run) || trouble "cannot find '$directory' or '$run'"
    [ -z "$own_glob" ] || set -- "$@" --protect "$own_glob"
    edit-apply "$@" --format "$format" "$dir/new.$attempt" \
        >"$dir/results.new.$$" 2>"$dir/results.$attempt.err"
    apply_status=$?
    if [ "$apply_status" -gt 1 ]; then
        cat "$dir/results.new.$$" "$dir/results.$attempt.err" >&2
        record
        trouble "cannot apply '$dir/new.$attempt'"
    fi
    note_runs
    if [ "$format" != ops ] && [ "$applied" -gt 0 ]; then
        # Say each result once.
        grep -v '^unchanged' "$dir/results.new.$$" >"$dir/results.said.$$"
        mv -f "$dir/results.said.$$" "$dir/results.new.$$"
    fi
    mv -f "$dir/results.new.$$" "$dir/results.$attempt" ||
        trouble "cannot write in '$dir'"
}

# Changes of the tree are known by the names of their runs, so that a phase
# can be taken back. One that was killed has left its name in the log only,
# so the log is asked: what was added since the first try is ours.
count_runs() {
    [ -f "$dir/log.$attempt" ] ||
        edit-apply -C "$directory" --log | wc -l | tr -d ' ' |
        put "$dir/log.$attempt" || exit 2
}

note_runs() {
    edit-apply -C "$directory" --log |
        tail -n "+$(($(cat "$dir/log.$attempt") + 1))" |
        cut -d ' ' -f 1 >>"$dir/runs"
}

results() { grep -Ec "^($1)([[:blank:]]|\$)" "$dir/results.$attempt"; }

# Deliverables without a complete operation, one a line; status 0 if none.
uncovered() {
    diff-resume status --format "$format" --json "$@" 2>/dev/null |
        grep '"state":"complete"' >"$dir/whole"
    for name in file_path new_path; do
        member "$name" <"$dir/whole"
    done >"$dir/covered"
    : >"$dir/missing"
    while IFS= read -r wanted; do
        is_covered "$wanted" || printf '%s\n' "$wanted" >>"$dir/missing"
    done <"$dir/deliverables"
    [ ! -s "$dir/missing" ]
}

# A path itself, or a pattern that a path fits.
is_covered() {
    grep -Fxq -e "$1" "$dir/covered" && return 0
    case $1 in *'*'* | *'?'*) ;; *) return 1 ;; esac
    while IFS= read -r have; do
        # shellcheck disable=SC2254 # a pattern is what it is
        case $have in $1) return 0 ;; esac
    done <"$dir/covered"
    return 1
}

# One line of telemetry about the attempt.
record() {
    attempts=attempts
    [ "$attempt" -gt 1 ] || attempts=attempt
    [ ! -f "$dir/attempt.$attempt" ] || { gather; return; }
    truncated=false
    [ "$stitch" = 0 ] || [ "$readable" = no ] || truncated=true
    [ "$model_status" = 0 ] || stop_reason=error
    [ "$looping" = no ] || stop_reason=loop
    {
        printf '{"type":"attempt","run_id":%s' "$(quoted "$run_id")"
        printf ',"phase_id":%s' "$unit_json"
        printf ',"attempt":%s,"mode":"%s"' "$attempt" "$mode"
        printf ',"category":%s' "$(quoted_or_null "$unit_category")"
        printf ',"complexity":%s' "$(quoted_or_null "$unit_complexity")"
        printf ',"deliverables":[%s]' "$deliverables_json"
        printf ',"estimate_p50":%s' "$estimate_p50"
        printf ',"estimate_p90":%s' "$estimate_p90"
        printf ',"max_tokens":%s' "$budget"
        printf ',"output_tokens":%s' "$output"
        printf ',"stop_reason":%s' "$(quoted_or_null "$stop_reason")"
        printf ',"truncated":%s' "$truncated"
        printf ',"kept_tokens":%s' "${kept:-0}"
        printf ',"wasted_tokens":%s' "$((output - ${kept:-0}))"
        printf ',"operations_applied":%s' "${operations_applied:-0}"
        printf ',"operations_failed":%s' "${operations_failed:-0}"
        printf ',"model":%s' "$(quoted_or_null "$model")"
        printf ',"timestamp":"%s"}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    } | put "$dir/attempt.$attempt" || exit 2
    gather
}

# --- while the model writes -------------------------------------------------

start_progress() {
    ticker=''
    [ "$quiet" = no ] || return 0
    say "$place, attempt $attempt: $mode, at most $budget tokens"
    tick </dev/null &
    ticker=$!
}

stop_progress() {
    [ -n "$ticker" ] || return 0
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null
    ticker=''
    printf '\r\033[K' >&2
}

# A line that is written over itself: what is there so far.
tick() {
    while sleep 2 && kill -0 $$ 2>/dev/null; do
        tokens=$(said_tokens "$answer.part")
        files=$(diff-resume status --format "$format" "$answer.part" 2>/dev/null |
            grep -c '^complete')
        printf '\r\033[Kconverge: %s, attempt %s: %s tokens, %s files' \
            "$place" "$attempt" "${tokens:-0}" "$files" >&2
    done
}
