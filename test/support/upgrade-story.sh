#!/usr/bin/env bash
# Inside a private systemd: what an upgrade of mfad, and the loss of the Node it was installed with, do to the service. Prints one
# `name=value` a line.
# usage: upgrade-story.sh      HOME holds the AWS files; PACKAGE is a copy of the package; NODE stays, FORMER_NODE goes
set -euo pipefail
with=$FORMER_NODE
mfad() { "$with" "$PACKAGE/dist/mfad.cjs" "$@"; }
pid() { systemctl --user show --value --property=MainPID mfad.service; }
version() { mfad status --json 2> /dev/null | grep -A4 '"daemon"' | grep -o '"version": "[^"]*"'; }
listing() { (cd "$HOME" && find . -path ./systemd.log -prune -o -print | LC_ALL=C sort | tr '\n' ' '); }

before=$(listing)
mfad install > "$RESULTS/install.txt" 2>&1
echo "first=$(version)"
sed -i 's/0\.1\.0/0.2.0/g' "$PACKAGE"/dist/*.cjs
mfad status > "$RESULTS/older.txt" 2>&1
mfad restart > "$RESULTS/restart.txt" 2>&1
echo "upgraded=$(version)"

rm "$FORMER_NODE"
with=$NODE
systemctl --user kill --signal=KILL mfad.service 2> /dev/null || true
for _ in $(seq 200); do [ "$(systemctl --user is-active mfad.service)" = failed ] && break; sleep 0.1; done
echo "tries=$(systemctl --user show --value --property=NRestarts mfad.service)"
for command in 'login dev 123456' status restart doctor; do
  # shellcheck disable=SC2086
  mfad $command > "$RESULTS/lost-${command%% *}.txt" 2>&1 || true
done
mfad install > "$RESULTS/again.txt" 2>&1
echo "again=$(version)"
mfad uninstall > /dev/null 2>&1
after=$(listing)
echo "trace=$(diff <(echo "$before" | tr ' ' '\n') <(echo "$after" | tr ' ' '\n') | tr '\n' ' ')"
