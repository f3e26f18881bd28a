# shellcheck shell=sh
# format: in which format a model answers, and what follows if in none.
#
# The first answer of a series flows in. A model that answers in another
# format than it was asked for is taken as it is; one that answers in none is
# asked again, and after that in the next format.

# Formats that are asked for, in the order in which they are tried: the plan's
# structured edits first. An answer may be in any that diff-resume reads.
FORMATS='ops diff'

# FILE -> the format that it is in, as diff-resume tells it by the first unit;
# nothing if there is no unit of a file.
format_of() {
    units_of --report "$dir/told.$attempt" "$1" |
        grep -q -e '"file_path":"' -e '"op":"meta"' || return 0
    member format <"$dir/told.$attempt"
}

# The format whose sizes are nearest, of those that tokest knows.
sizes_as() {
    case $format in
    v4a | search-replace) echo diff ;;
    *) echo "$format" ;;
    esac
}

units_of() {
    diff-resume status --json "$@" 2>/dev/null | grep '"type":"unit"'
}

# Whether the answer in hand can be read. What ended early says nothing of
# what it would have become.
is_obeyed() {
    [ "$output" -gt 0 ] || return 0
    seen=$(format_of "$said")
    if [ -n "$seen" ]; then
        [ "$seen" = "$format" ] || take_format "$seen"
        return 0
    fi
    [ "$verdict" = cut ] || [ "$used" -ge "$budget" ] ||
        [ "$model_status" != 0 ]
}

# From here on in the format that the model has chosen.
take_format() {
    format=$1
    progress "$place: the model answers in format $format"
    [ "$series" = answer ] || return 0
    # What a continuation is told of the task.
    series_prompt=$dir/task.$format
    [ -f "$series_prompt" ] || first_prompt | put "$series_prompt" || exit 2
}

# Prepares the call after an answer that cannot be read: once more, then in
# the next format. Status 1: there is none.
insist() {
    refusals=$((refusals + 1))
    mode=regeneration command=$llm
    if [ "$refusals" -lt 2 ]; then
        remind <"$series_prompt" | put "$dir/prompt.$next" || exit 2
        return 0
    fi
    refused="$refused $format "
    refusals=0
    for format in $FORMATS; do
        case $refused in *" $format "*) continue ;; esac
        progress "$place: asking for format $format"
        in_format <"$series_prompt" | put "$dir/prompt.$next" || exit 2
        series_prompt=$dir/prompt.$next
        return 0
    done
    return 1
}

# The prompt on stdin, and what the answer to it was like.
remind() {
    cat
    printf '\n%s\n\n' '# Once more'
    echo 'An answer to this had nothing in that format, so that nothing could be'
    echo 'done with it. Answer in that format only.'
}

# The prompt on stdin, in another format.
in_format() {
    if [ "$series" = answer ]; then
        first_prompt
    else
        cat
        printf '\n%s\n\n' '# Format of the answer, in place of that above'
        edit-apply --instructions --format "$format"
    fi
}
