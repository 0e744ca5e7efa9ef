#!/usr/bin/env bash
# Inside a private systemd: installs the real daemon, kills it, logs in, and removes it. Prints one `name=value` a line.
# usage: service-story.sh CODE      HOME holds the AWS files
set -euo pipefail
mfad() { "$NODE" "$MFAD" "$@"; }
pid() { systemctl --user show --value --property=MainPID mfad.service; }
listing() { (cd "$HOME" && find . -path ./systemd.log -prune -o -print | LC_ALL=C sort | tr '\n' ' '); }

before=$(listing)
mfad install > "$RESULTS/install.txt" 2>&1
first=$(pid)
mfad install > "$RESULTS/install-again.txt" 2>&1
echo "kept=$([ "$(pid)" = "$first" ] && echo yes)"
mfad status --json > "$RESULTS/status.json"
echo "flags=$(tr '\0' ' ' < "/proc/$first/cmdline")"
kill -9 "$first"
for _ in $(seq 200); do [ "$(pid)" != 0 ] && [ "$(pid)" != "$first" ] && mfad status --json 2> /dev/null | grep -q startedAt && break; sleep 0.1; done
echo "restarted=$([ "$(pid)" != "$first" ] && [ "$(pid)" != 0 ] && echo yes)"
mfad login dev "$1" > "$RESULTS/login.txt" 2>&1
mfad restart > /dev/null
echo "state=$(mfad status --json | grep -o '"state": "[a-z]*"')"
mfad logout dev > /dev/null
mfad uninstall > "$RESULTS/uninstall.txt" 2>&1
mfad uninstall > "$RESULTS/uninstall-again.txt" 2>&1
echo "active=$(systemctl --user is-active mfad.service || true)"
# systemd's own directories are not ours to count; neither is the empty one that it is given.
after=$(listing)
echo "trace=$(diff <(echo "$before" | tr ' ' '\n') <(echo "$after" | tr ' ' '\n') | tr '\n' ' ')"
