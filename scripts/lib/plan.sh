# shellcheck shell=sh
# plan: what is asked for in which order, an answer at a time.
#
# Deliverables flow in as tokest reads them; flows out: a line for each
# answer, in an order in which each builds on those before it. A list that
# fits one answer is that answer.

# More words for tokest, the same each time; FILE... come last.
predict() {
    tokest_mode=$1
    shift
    tokest $tokest_mode -C "$directory" ${policy:+--policy "$policy"} \
        ${category:+--category "$category"} \
        ${complexity:+--complexity "$complexity"} --format "$(sizes_as)" "$@"
}

# Writes `plan`, a line an answer.
make_plan() {
    [ ! -f "$run/plan" ] || return 0
    predict batch ${phase:+--phase "$phase"} -- "$run/list" \
        >"$run/plan.found" 2>"$run/plan.err"
    planned=$?
    if [ "$planned" = 0 ] && [ ! -s "$run/plan.found" ]; then
        trouble "cannot find a deliverable in '$deliverables'"
    fi
    # Status 1 says that something was odd; what is planned stands.
    if [ "$planned" -gt 1 ] || [ ! -s "$run/plan.found" ]; then
        cat "$run/plan.err" >&2
        trouble "cannot choose a budget for '$deliverables'" \
            "(tokest: $planned)"
    fi
    sed -n 's/^tokest: /converge: /p' "$run/plan.err" >&2
    mv -f "$run/plan.found" "$run/plan"
}

# Whether all is one answer to a plain list, which no phase is made of.
is_plain() { [ "$units" = 1 ] && [ -z "$of" ]; }

# NUMBER -> what the functions below are about: a line of the plan.
#   dir        where its files go
#   unit_id    its name in telemetry
#   of         its phase
#   layer      what sort of batch it is
#   last       whether the phase ends with it
enter_unit() {
    sed -n "$1p" "$run/plan" >"$run/unit"
    dir=$run
    [ "$units" = 1 ] || dir=$run/$1
    mkdir -p "$dir" || trouble "cannot make '$dir'"
    put "$dir/unit.json" <"$run/unit"
    rm -f "$run/unit"
    unit_id=$(member phase_id <"$dir/unit.json")
    of=$(member of <"$dir/unit.json")
    layer=$(member layer <"$dir/unit.json")
    batch=$(number_of batch batch "$dir/unit.json")
    batches=$(number_of batch batches "$dir/unit.json")
    last=no
    [ "$batch" != "$batches" ] || last=yes
    if [ "$batches" = 1 ]; then unit_id=$of; fi
    # As it stands between the quotes of JSON.
    unit_json=null
    [ -z "$unit_id" ] || unit_json="\"$unit_id\""
    if [ -z "$unit_id" ]; then
        unit_id=$phase
        unit_json=$(quoted_or_null "$phase")
    fi
    unit_category=$(member task_category <"$dir/unit.json")
    unit_complexity=$(member complexity <"$dir/unit.json")
    estimate_unit
}

# Sizes are looked at once: later, the tree has what was made.
estimate_unit() {
    source=$dir/unit.json
    if is_plain; then source=$run/list; fi
    if [ ! -f "$dir/budget" ]; then
        predict '' --json -- "$source" 2>/dev/null |
            put "$dir/estimate.ndjson" || exit 2
        first=$(predict '' -b -- "$source" 2>/dev/null)
        [ "$layer" != alignment ] ||
            first=$(number_of batch budget "$dir/unit.json")
        case $first in
        '' | *[!0-9]*) trouble "cannot choose a budget for '$unit_id'" ;;
        esac
        echo "$first" | put "$dir/budget" || exit 2
    fi
    budget=$(cat "$dir/budget")
    estimate_p50=$(number_of estimate p50 "$dir/estimate.ndjson")
    estimate_p90=$(number_of estimate p90 "$dir/estimate.ndjson")
    list_files
}

# The paths as tokest understood them, each a JSON string without quotes, and
# the lines by which a prompt calls them.
list_files() {
    grep '"type":"deliverable"' "$dir/estimate.ndjson" >"$dir/files.ndjson"
    member path <"$dir/files.ndjson" >"$dir/deliverables"
    deliverables_json=$(awk '{ printf "%s\"%s\"", (NR > 1 ? "," : ""), $0 }' \
        "$dir/deliverables")
    if is_plain; then
        cp "$run/list" "$dir/wanted"
    else
        member action <"$dir/files.ndjson" | paste -d ' ' - \
            "$dir/deliverables" >"$dir/wanted"
    fi
}

# The first prompt of a unit.
first_prompt() {
    if [ -f "$run/task" ]; then
        cat "$run/task"
        echo
    fi
    if [ -z "$of" ]; then
        printf '%s\n\n' '# Deliverables'
        cat "$run/list"
    else
        tokest brief --batch "$dir/unit.json" "$run/list" ||
            trouble "cannot say what '$of' is about"
    fi
    if [ "$layer" = alignment ]; then
        describe_alignment
    elif [ "$batches" -gt 1 ]; then
        printf '\n%s\n\n' '# This answer'
        echo 'Make only these files now; the others are made separately:'
        sed 's/^/- /' "$dir/wanted"
    fi
    printf '\n%s\n\n' '# Format of the answer'
    edit-apply --instructions --format "$format"
}

# Bytes of files that a prompt quotes: a model reads more than it writes, but
# not without end.
QUOTED_BYTES=200000

describe_alignment() {
    printf '\n%s\n\n' '# This answer'
    echo 'The files below were written separately. Make their imports, types'
    echo 'and names agree, with as few operations as possible. If they agree,'
    echo 'answer only with {"type":"meta","total_operations":0}.'
    while IFS= read -r path; do
        file=$directory/$path
        [ -f "$file" ] && [ ! -L "$file" ] || continue
        printf '\n## %s\n\n' "$path"
        cat "$file"
    done <"$dir/deliverables" | head -c "$QUOTED_BYTES"
}
