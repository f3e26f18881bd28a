# shellcheck shell=sh
# budget: how many tokens the next call may use.
#
# What was estimated and what has come flow in, `budget` flows out. The first
# call has the budget of the estimate; each other one has what is missing, by
# an estimate that what has come corrects.

# The largest budget there is, in tokens: that of tokest.
LARGEST_BUDGET=64000

# Cuts of an answer from which on each budget is at least twice the one
# before: an estimate that was wrong twice is not believed a third time.
DOUBLE_FROM=2

# Holds the next call to what may still be spent. Status 1: nothing may.
afford() {
    [ -n "$max_tokens_total" ] || return 0
    left=$((max_tokens_total - spent))
    [ "$left" -gt 0 ] || return 1
    [ "$budget" -le "$left" ] || budget=$left
}

larger_budget() {
    larger=$(tokest next "$budget" --stop length 2>/dev/null) || return 1
    case $larger in '' | *[!0-9]*) return 1 ;; esac
    [ "$larger" -gt "$budget" ] || return 1
    budget=$larger
}

# The budget after a call that was cut and brought something.
budget_of_rest() {
    cuts=$((cuts + 1))
    # The plan's budgets are no estimates: its second call has the first's.
    [ "$policy" != seed ] || return 0
    before=$budget
    have=$(($(lines "$dir/deliverables") - $(lines "$dir/missing")))
    # The tree grows, so it is asked once.
    [ -f "$dir/rest.$next" ] || find_rest | put "$dir/rest.$next" || exit 2
    rest=$(cat "$dir/rest.$next")
    if [ "$have" -gt "$covered_before" ] && [ -n "$rest" ]; then
        budget=$rest
    else
        larger_budget
    fi
    [ "$cuts" -lt "$DOUBLE_FROM" ] || at_least $((before * 2))
    covered_before=$have
}

lines() { wc -l <"$1" | tr -d ' '; }

at_least() {
    [ "$budget" -ge "$1" ] || budget=$1
    [ "$budget" -le "$LARGEST_BUDGET" ] || budget=$LARGEST_BUDGET
}

# Prints what the missing files need: their estimate, times the factor by
# which those that are there were larger than theirs. Nothing if there is
# nothing to tell it by.
find_rest() {
    [ "$have" -gt 0 ] && [ -s "$dir/missing" ] || return 0
    paste "$dir/deliverables" "$dir/files.ndjson" | awk -F '\t' '
        FNR == NR { missing[$0] = 1; next }
        !($1 in missing) { print $2 }' "$dir/missing" - >"$dir/made.ndjson"
    rest_unit >"$dir/rest.json"
    wanted_tokens=$(predict '' -b -- "$dir/rest.json" 2>/dev/null) || return 0
    made_tokens=$(count_tokens <"$dir/stitched.$attempt")
    awk -v wanted="$wanted_tokens" -v made="$made_tokens" \
        -v largest="$LARGEST_BUDGET" '
        match($0, /"p50":[0-9]+/) {
            expected += substr($0, RSTART + 6, RLENGTH - 6)
        }
        END {
            factor = expected > 0 ? made / expected : 1
            rest = int(wanted * (factor > 1 ? factor : 1)) + 1
            print (rest < largest ? rest : largest)
        }' "$dir/made.ndjson"
}

# The missing files as a phase of their own, for tokest.
rest_unit() {
    printf '{"phase_id":"rest"'
    [ -z "$unit_category" ] || printf ',"task_category":"%s"' "$unit_category"
    [ -z "$unit_complexity" ] || printf ',"complexity":"%s"' "$unit_complexity"
    printf ',"deliverables":['
    paste "$dir/deliverables" "$dir/files.ndjson" | awk -F '\t' '
        FNR == NR { missing[$0] = 1; next }
        $1 in missing && match($2, /"action":"[a-z]+"/) {
            printf "%s{\"path\":\"%s\",%s}", (n++ ? "," : ""), $1,
                substr($2, RSTART, RLENGTH)
        }' "$dir/missing" -
    printf ']}\n'
}
