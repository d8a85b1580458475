#!/usr/bin/env bash
# README's commands, letter by letter, in a fresh Debian that has nothing but python3, python3-venv, git and ca-certificates:
#     sudo tests/bare.sh
# Prints when each is done and what it takes on the disk (2 minutes to make the Debian, then 15). A training run gets Ctrl-C
# 15 seconds after its first network. Wants debootstrap and 10 GB in /tmp; BIND=/opt shows it that folder of this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh=/tmp/bare.fresh root=/tmp/bare
[ -e $fresh/done ] || { debootstrap --variant=minbase --include=python3,python3-venv,git,ca-certificates bookworm $fresh && touch $fresh/done; }
unmount() { awk -v root=$root/ 'index($2, root) == 1 { print $2 }' /proc/mounts | tac | xargs --no-run-if-empty umount; }
unmount
rm -rf --one-file-system $root && cp -a $fresh $root
# What stands between this machine and the internet stands there too: names, certificates, package indexes.
cp -L /etc/resolv.conf /etc/hosts $root/etc/
cp -L --remove-destination /etc/ssl/certs/ca-certificates.crt $root/etc/ssl/certs/
cp /etc/apt/apt.conf.d/* $root/etc/apt/apt.conf.d/
[ ! -e /etc/pip.conf ] || cp /etc/pip.conf $root/etc/
[ ! -e ~/.config/pip ] || { mkdir -p $root/root/.config && cp -r ~/.config/pip $root/root/.config/; }
trap unmount EXIT
for path in /proc /dev /dev/pts ${BIND:-}; do mkdir -p $root$path && mount --bind $path $root$path; done
git clone --quiet --bare . $root/srv/digits.git

cat >$root/root/try.sh <<'TRY'
set -m -o pipefail                                                 # -m: so that Ctrl-C reaches what runs in the background
begin() { started=$(date +%s) size=$(du -smx / | cut -f1); echo; echo "\$ $1"; }
end() { echo "== exit code $?, $(($(date +%s) - started)) s, $(($(du -smx / | cut -f1) - size)) MB more on the disk"; }
train() {
    begin "$1"; touch before
    bash -c "$1" >log 2>&1 </dev/null &
    until [ weights.json -nt before ] || ! kill -0 $! 2>/dev/null; do sleep 0.2; done
    echo "== the first network after $(($(date +%s) - started)) s"
    sleep 15
    child=$(cat /proc/$!/task/*/children)                          # uv's is what trains; bash has become what trains itself
    kill -INT ${child:-$!}; wait $!; end                           # so that it comes once: uv would pass it on, too
    grep -a -v -E '^(Collecting|  Downloading|Processing|Requirement|WARNING|Looking|Installing|Successfully| *━)' log | tail -25
    git checkout --quiet weights.json weights.js; rm -rf report log before
}
begin "git clone"; git clone --quiet /srv/digits.git digits; end
cd digits
mapfile -t commands < <(grep '^python3 .*neural_network.py$' README.md; grep -o '`python3 [^`]*neural_network.py`' README.md | tr -d '`')
for command in "${commands[@]}"; do train "$command"; du -sm .venv; rm -rf .venv ~/.cache; done
if grep -q '^# /// script' neural_network.py; then
    python3 -m venv ~/uv && ~/uv/bin/pip install --quiet uv && PATH=$PATH:~/uv/bin
    train "$(grep -o '`uv run [^`]*`' README.md | tr -d '`')"; du -sm ~/.cache/uv
fi
command=$(sed -n '/<!-- test command -->/,/<!-- end -->/p' README.md | grep '^python3 ')
begin "$command"; PYTEST_ADDOPTS=-q bash -c "$command" 2>&1 | grep -a -v -E '^(Collecting|  Downloading|Processing|WARNING|Looking| *━)'; end
git status --short
TRY
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 $(env | grep -E '^(PIP|SSL|UV)_') chroot $root bash -c 'cd && exec bash try.sh'
