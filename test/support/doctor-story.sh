#!/usr/bin/env bash
# Inside a private systemd: the service in several states, and what `mfad doctor` says of each, in a file of its name.
# usage: doctor-story.sh      HOME holds the AWS files
set -euo pipefail
mfad() { "$LINK" "$MFAD" "$@"; }
doctor() { "$NODE" "$MFAD" doctor --json > "$RESULTS/$1.json" || true; }

# A Node that can go away, as nvm and Homebrew have it.
export LINK=$HOME/node
cp "$NODE" "$LINK"
mfad install > /dev/null 2>&1
doctor running
mv "$LINK" "$LINK.away"
doctor "gone while it runs"
mv "$LINK.away" "$LINK"
systemctl --user disable mfad.service > /dev/null 2>&1
doctor disabled
# Its socket would start it again as soon as doctor asks.
systemctl --user stop mfad.socket mfad.service
doctor stopped
rm "$LINK"
doctor gone
cp "$NODE" "$LINK"
mkdir -p "$HOME/.config/mfad"
printf '[mfad]\nduration = soon\n' > "$HOME/.config/mfad/config.ini"
systemctl --user start mfad.service || true
for _ in $(seq 200); do systemctl --user is-failed --quiet mfad.service && break; sleep 0.05; done
systemctl --user stop mfad.socket
doctor failed
rm "$HOME/.config/mfad/config.ini"
mfad uninstall > /dev/null
doctor removed
