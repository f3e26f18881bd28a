# shellcheck shell=sh
# json: text into JSON strings, and strings out of JSON lines.
#
# Enough of JSON for what converge writes itself and for the records that the
# filters write, which stand on one line each. Answers are never read here.

# stdin -> one JSON string, pure ASCII; bytes that are not UTF-8 become
# U+FFFD. Works on numbers, since awks differ in what a character is.
json_string() {
    od -An -v -tu1 | awk '
        function unit(n) { return sprintf("\\u%04x", n) }
        function put(n) {
            if (n == 34 || n == 92) printf "\\%c", n
            else if (n >= 32 && n < 127) printf "%c", n
            else if (n < 65536) printf "%s", unit(n)
            else {
                n -= 65536
                printf "%s", unit(55296 + int(n / 1024))
                printf "%s", unit(56320 + n % 1024)
            }
        }
        function lead(b) {
            if (b < 128) { put(b); return }
            least = 0
            if (b >= 194 && b < 224) { left = 1; n = b - 192; least = 128 }
            else if (b >= 224 && b < 240) { left = 2; n = b - 224; least = 2048 }
            else if (b >= 240 && b < 245) { left = 3; n = b - 240; least = 65536 }
            else put(65533)
        }
        function byte(b) {
            if (left == 0) { lead(b); return }
            if (b < 128 || b >= 192) {
                left = 0; put(65533); lead(b); return
            }
            n = n * 64 + b - 128
            if (--left) return
            if (n < least || n > 1114111 || (n >= 55296 && n < 57344)) n = 65533
            put(n)
        }
        BEGIN { printf "\"" }
        { for (i = 1; i <= NF; i++) byte($i + 0) }
        END { if (left) put(65533); printf "\"" }'
}

quoted() { printf '%s' "$1" | json_string; }
quoted_or_null() { if [ -n "$1" ]; then quoted "$1"; else printf null; fi; }

# FILE -> the number that the last line of a type has under a name, or null.
number_of() {
    number=$(sed -n "/\"type\":\"$1\"/s/.*\"$2\":\\([0-9][0-9]*\\).*/\\1/p" \
        "$3" | tail -n 1)
    printf '%s' "${number:-null}"
}

# stdin -> the string that each line has under a name, as it stands between
# its quotes. Lines without one print nothing.
member() {
    awk -v name="$1" '
        match($0, "\"" name "\"[ \t]*:[ \t]*\"([^\"\\\\]|\\\\.)*\"") {
            text = substr($0, RSTART, RLENGTH - 1)
            sub(/^"[^"]*"[ \t]*:[ \t]*"/, "", text)
            print text
        }'
}
