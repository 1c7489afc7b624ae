# For scripts that start the program and wait for its words; to be sourced.
# shellcheck shell=bash

# await_line FILE PID PATTERN: prints what the group of an extended regular expression matches in the first line of the file
# that has it, as soon as that is there; fails when the process has ended without it, or after 60 s.
await_line() {
    local line words follower status=1
    # The shell that starts the process may not have made the file yet, and tail would end at once.
    : >>"$1"
    # tail is told by the kernel when the file grows, and ends with the process.
    exec {words}< <(exec tail -n +1 -f --pid="$2" "$1" 2>/dev/null)
    follower=$!
    while IFS= read -r -t 60 line <&"$words"; do
        if [[ $line =~ $3 ]]; then
            printf '%s\n' "${BASH_REMATCH[1]}"
            status=0
            break
        fi
    done
    kill "$follower" 2>/dev/null || true
    exec {words}<&-
    return "$status"
}

# end_processes PID...: asks each to end, and ends within 5 s what does not.
end_processes() {
    [[ $# -gt 0 ]] || return 0
    local killer
    kill "$@" 2>/dev/null || true
    (
        trap 'kill "$!" 2>/dev/null; exit' TERM
        sleep 5 &
        wait
        kill -KILL "$@" 2>/dev/null
    ) &
    killer=$!
    wait "$@" 2>/dev/null || true
    kill "$killer" 2>/dev/null || true
    wait "$killer" 2>/dev/null || true
}
