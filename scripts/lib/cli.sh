# shellcheck shell=sh
# cli: how the common command line tools are asked.
#
# A name flows in, two commands flow out: `llm` for a prompt that says
# everything, `llm_next` for one that goes on in the same conversation. In
# both, {max_tokens} stands for the budget; --model is asked for by its name.
# Where a tool can say why it stopped, its machine-readable output is asked
# for, which the filters read.

# NAME -> llm, llm_next. Status 1: not one of these.
cli_profile() {
    cli_model=$(shell_word "$model")
    case $1 in
    llm) cli_llm ;;
    claude) cli_claude ;;
    codex) cli_codex ;;
    gemini) cli_gemini ;;
    aichat) cli_aichat ;;
    ollama) cli_ollama ;;
    *) return 1 ;;
    esac
}

# TEXT -> the same as one word of a shell command.
shell_word() { printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"; }

# OPTION -> the option with the model's name, or nothing.
with_model() { [ -z "$model" ] || printf ' %s %s' "$1" "$cli_model"; }

# llm (pypi.org/project/llm): max_tokens is an option of the model. It ends
# with 0 at the limit and prints only the text; the stop reason stands in its
# log (`llm logs --json`). -c goes on with the last conversation.
cli_llm() {
    llm="llm prompt$(with_model -m) -o max_tokens {max_tokens}"
    llm_next="llm prompt -c -o max_tokens {max_tokens}"
}

# Claude Code (docs.claude.com, "CLI reference"): the limit is a variable of
# the environment. Without JSON it prints an error in place of an answer that
# was cut; stream-json with partial messages has every piece of text as it
# comes, the stop reason and the usage. --continue goes on with the last
# conversation of the directory. No tools, and no servers of any: the answer
# is the work.
cli_claude() {
    cli_words='--output-format stream-json --verbose'
    cli_words="$cli_words --include-partial-messages"
    cli_words="$cli_words --tools \"\" --strict-mcp-config"
    llm="CLAUDE_CODE_MAX_OUTPUT_TOKENS={max_tokens} claude -p $cli_words"
    llm=$llm$(with_model --model)
    llm_next="$llm --continue"
}

# Codex (github.com/openai/codex, codex-rs/exec/src/cli.rs): no limit can be
# set for a call. --json has an event a line; without it nothing tells a cut.
# `resume --last` goes on with the last session of the directory; `-` is the
# prompt on stdin.
cli_codex() {
    cli_words='--json --skip-git-repo-check --sandbox read-only'
    llm="codex exec $cli_words$(with_model --model) -"
    llm_next="codex exec $cli_words resume --last -"
}

# Gemini CLI (geminicli.com, "Headless mode", "CLI cheatsheet"): the limit is
# a setting (modelConfigs, maxOutputTokens) and none of a call. Away from a
# terminal it takes the prompt from stdin; stream-json has the text as it
# comes, so that a dropped connection leaves what there was. --resume latest
# goes on with the last session of the directory.
cli_gemini() {
    llm="gemini --output-format stream-json$(with_model --model)"
    llm_next="$llm --resume latest"
}

# aichat (github.com/sigoden/aichat, src/cli.rs): the limit is a setting of
# the model (max_output_tokens). It prints only the text, as it comes. A
# session with the name of the run keeps the conversation; the first prompt
# begins it anew.
cli_aichat() {
    cli_words="$(with_model --model)"
    llm="aichat$cli_words"
    llm_next=''
    [ "$conversation" = yes ] || return 0
    cli_words="$cli_words --save-session --session \"converge-\$CONVERGE_RUN\""
    llm="aichat$cli_words --empty-session"
    llm_next="aichat$cli_words"
}

# Ollama: its command has no limit to set, the API has (num_predict), and
# says done_reason. A continuation is asked for with a prompt that says
# everything.
cli_ollama() {
    cli_url=${OLLAMA_HOST:-http://127.0.0.1:11434}/api/generate
    cli_name=$(quoted "${model:-llama3.2}")
    cli_body='{"model":%s,"prompt":%s,"options":{"num_predict":%s}}'
    llm="ask_ollama() { printf '$cli_body' \"\$1\" \"\$(json_string)\" \"\$2\" |"
    llm="$llm curl -sS --no-buffer --data-binary @- '$cli_url'; };"
    llm="$llm . $(shell_word "$lib/json.sh");"
    llm="$llm ask_ollama $(shell_word "$cli_name") {max_tokens}"
    llm_next=''
}
