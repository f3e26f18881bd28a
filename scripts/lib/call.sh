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

# Holds the next call to what may still be spent. Status 1: nothing may.
afford() {
    [ -n "$max_tokens_total" ] || return 0
    left=$((max_tokens_total - spent))
    [ "$left" -gt 0 ] || return 1
    [ "$budget" -le "$left" ] || budget=$left
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
    output=$(count_tokens <"$answer") || trouble "cannot count '$answer'"
    spent=$((spent + output))
    said=$answer
    trim
}

# Half a character at the end of an answer arrives as U+FFFD, which the model
# did not write. The filters get a copy without it.
trim() {
    size=$(wc -c <"$answer" | tr -d ' ')
    whole_size=$size
    while :; do
        case $(head -c "$size" "$answer" | tail -c 4 | od -An -v -tx1 |
            tr -d ' \n') in
        *efbfbd0a) size=$((size - 4)) ;;
        *efbfbd) size=$((size - 3)) ;;
        *) break ;;
        esac
    done
    [ "$size" -lt "$whole_size" ] || return 0
    said=$dir/said.$attempt
    head -c "$size" "$answer" | put "$said" || exit 2
}

call_model() {
    fresh=yes
    rm -f "$dir/status.$attempt" "$dir/attempt.$attempt"
    start_progress
    sh -c "$(filled "$command" "$budget")" \
        <"$dir/prompt.$attempt" >"$answer.part"
    model_status=$?
    stop_progress
    if [ "$model_status" != 0 ]; then
        echo "$model_status" | put "$dir/status.$attempt" || exit 2
    fi
    mv -f "$answer.part" "$answer" || trouble "cannot write '$answer'"
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
        { ! uncovered "$@" || [ "$output" -ge "$budget" ]; }; then
        cut=--cut
    fi
    diff-resume stitch --format "$format" ${cut:+"$cut"} "$@" \
        >"$dir/stitched.$attempt" \
        2>"$dir/stitch.$attempt.err"
    stitch=$?
    if [ "$stitch" -gt 1 ]; then
        cat "$dir/stitch.$attempt.err" >&2
        record
        trouble "cannot join the answers in '$dir'"
    fi
    # An operation is applied once, so what was printed must stay.
    if [ "$applied" -gt 0 ]; then
        head -n "$applied" "$dir/stitched.$attempt" |
            cmp -s - "$dir/applied" || {
            record
            trouble "the joined answer no longer begins as before: '$dir'"
        }
    fi
    kept_now=$(diff-resume --raw --format "$format" "$@" 2>/dev/null |
        count_tokens)
    kept=$((${kept_now:-0} - kept_before))
    # Tokens do not add up exactly at a seam.
    [ "$kept" -ge 0 ] || kept=0
    [ "$kept" -le "$output" ] || kept=$output
    find_loop
    count_twice
}

# Whether the answer ended in saying the same again and again. The line feed
# that some tools add to an answer is no part of what was said.
find_loop() {
    looping=no
    awk 'NR > 1 { printf "\n" } { printf "%s", $0 }' "$answer" |
        ndjson-salvage --check --quiet --report "$dir/checked" 2>/dev/null
    if grep -q '"looping":{' "$dir/checked"; then looping=yes; fi
    stop_reason=$(member stop_reason <"$dir/checked" | head -n 1)
}

# Complete operations of this answer that an answer before it had: none, if
# everybody does as asked.
count_twice() {
    # An object without a file is a step of an operation that began before.
    diff-resume status --format "$format" "$answer" 2>/dev/null |
        grep '^complete' |
        grep -v '[[:blank:]][?]$' | sort >"$dir/complete"
    if [ "$attempt" -gt "$series_began" ]; then
        again=$(sort -u "$dir/complete" | comm -12 - "$dir/complete.all" |
            wc -l)
        twice=$((twice + again))
        sort -u "$dir/complete" "$dir/complete.all" >"$dir/complete.new.$$"
        mv -f "$dir/complete.new.$$" "$dir/complete.all"
    else
        sort -u "$dir/complete" >"$dir/complete.all"
    fi
}

# Applies the operations that are new, and shows each result line.
apply_new() {
    tail -n "+$((applied + 1))" "$dir/stitched.$attempt" \
        >"$dir/new.$attempt"
    [ -s "$dir/new.$attempt" ] || return 0
    # A hunk needs the header of its file. What was applied before is not
    # applied again: the log knows it.
    if [ "$format" = diff ]; then
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
    if [ -s "$dir/phase.json" ]; then
        set -- "$@" --protect "@$dir/phase.json"
    fi
    [ -z "$protect" ] || set -- "$@" --protect "$protect"
    edit-apply "$@" --format "$format" "$dir/new.$attempt" \
        >"$dir/results.new.$$" 2>"$dir/results.$attempt.err"
    apply_status=$?
    if [ "$apply_status" -gt 1 ]; then
        cat "$dir/results.new.$$" "$dir/results.$attempt.err" >&2
        record
        trouble "cannot apply '$dir/new.$attempt'"
    fi
    note_runs
    if [ "$format" = diff ] && [ "$applied" -gt 0 ]; then
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
        grep '"state":"complete"' |
        member file_path >"$dir/covered"
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
    [ "$stitch" = 0 ] || truncated=true
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
    while sleep 2; do
        tokens=$(count_tokens <"$answer.part" 2>/dev/null)
        files=$(diff-resume status "$answer.part" 2>/dev/null |
            grep -c '^complete')
        printf '\r\033[Kconverge: %s, attempt %s: %s tokens, %s files' \
            "$place" "$attempt" "${tokens:-0}" "$files" >&2
    done
}
