#!/bin/sh
# Runs inside the booted machine, as root; each line that begins with PROOF is judged by test_boot.py.
set -u
proof() { echo "PROOF $*"; }
await() { # await SECONDS COMMAND…
    left=$1; shift
    until "$@" > /dev/null 2>&1; do
        left=$((left - 1)); [ "$left" -gt 0 ] || { proof "gave-up $*"; return 1; }
        sleep 1
    done
}
status() { systemctl show gatewayd --property "$1" --value; }
count() { gatewayd messages list --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
modem_is_ready() { gatewayd modems list | grep -q ready; }
says_ready() { status StatusText | grep -q ready; }
says_full() { status StatusText | grep -q "disk is full"; }
# Started, and says so; or it cannot start, and says why each time.
tells_full() { says_full || journalctl --unit gatewayd --output cat | grep -q "The disk is full"; }
fill() { runuser -u gatewayd -- dd if=/dev/zero of=/var/lib/gatewayd/filler bs=4k oflag=append conv=notrunc 2> /dev/null; }
has_text() { gatewayd messages list --json | grep -q "$1"; }

dpkg -i /root/old.deb > /root/install.log 2>&1; proof "installed $?"
await 120 systemctl is-active --quiet gatewayd
proof "without-modem $(systemctl is-active gatewayd) restarts $(status NRestarts) [$(status StatusText)]"
sed -i 's|^device = .*|device = "/dev/ttyS1"|' /etc/gatewayd/gatewayd.toml
systemctl restart gatewayd
await 120 modem_is_ready
await 60 says_ready
proof "ready [$(status StatusText)]"
gatewayd send +15145550123 "From a booted machine" --wait=sent --timeout 60s > /root/send.log 2>&1
proof "send $?"
proof "text-me"
await 60 has_text "Into a booted machine"; proof "received $?"

restarts=$(status NRestarts)
systemctl kill --signal KILL gatewayd
sleep 2
await 60 systemctl is-active gatewayd
await 60 modem_is_ready
proof "after-kill $(systemctl is-active gatewayd) restarts $(($(status NRestarts) - restarts)) messages $(count)"
systemctl reload gatewayd; proof "reload $? $(systemctl is-active gatewayd)"

dpkg -i /root/new.deb > /root/upgrade.log 2>&1; proof "upgraded $?"
await 120 modem_is_ready
proof "after-upgrade $(gatewayd --version) messages $(count) backups $(ls /var/backups/gatewayd | grep -c before-upgrade)"
printf '#!/bin/sh\nid -un > /var/lib/gatewayd/carried && ls "$1" >> /var/lib/gatewayd/carried\n' > /etc/gatewayd/carry-backup
chmod 755 /etc/gatewayd/carry-backup
systemctl start gatewayd-backup.service
proof "backup $? files $(ls /var/backups/gatewayd | grep -c '^gatewayd-')"
await 60 test -s /var/lib/gatewayd/carried; proof "carried $? $(tr '\n' ' ' < /var/lib/gatewayd/carried)"
rm /etc/gatewayd/carry-backup  # without one nothing is carried, and nothing fails
touch -d 2020-01-01 $(seq --format '/var/backups/gatewayd/gatewayd-202001%02gT000000.db' 1 20)
chown gatewayd: /var/backups/gatewayd/*; systemctl start gatewayd-backup.service
proof "rotated $? $(ls /var/backups/gatewayd | grep -c '^gatewayd-') upgrade $(ls /var/backups/gatewayd | grep -c before-upgrade)"
proof "owner $(stat --format '%U:%G %a' /var/lib/gatewayd/gatewayd.db)"

# A full disk: refused in words, also at a start, and over by itself. What is accepted meanwhile is for later.
fallocate -l "$(df --output=avail --block-size=1 /var/lib/gatewayd | tail -1)" /filler 2> /dev/null
fill
proof "full $(python3 /root/refused.py)"
await 120 says_full; proof "full-status [$(status StatusText)]"
gatewayd doctor > /root/doctor.log 2>&1; proof "full-doctor $? $(grep -c store_unavailable /root/doctor.log)"
systemctl stop gatewayd; fill; systemctl start --no-block gatewayd
await 120 tells_full; proof "full-start $? [$(status StatusText)]"
rm -f /filler /var/lib/gatewayd/filler
await 240 modem_is_ready; proof "room $(systemctl is-active gatewayd) $(gatewayd send +15145550123 "After the full disk" --wait=sent --timeout 60s > /dev/null 2>&1; echo $?)"

cp /etc/gatewayd/gatewayd.toml /root/right.toml
echo 'nonsense = ' >> /etc/gatewayd/gatewayd.toml
systemctl restart gatewayd
sleep 8
proof "wrong-config $(systemctl is-active gatewayd) status $(status ExecMainStatus) restarts $(status NRestarts)"
cp /root/right.toml /etc/gatewayd/gatewayd.toml
systemctl reset-failed gatewayd; systemctl start gatewayd; await 120 modem_is_ready
systemctl stop gatewayd
proof "stopped $(status Result) status $(status ExecMainStatus)"
journalctl --unit gatewayd --output cat | grep -c Traceback > /root/traces; proof "traces $(cat /root/traces)"

dpkg --remove gatewayd > /root/remove.log 2>&1
proof "removed $? data $(ls /var/lib/gatewayd | grep -c '^gatewayd.db$') program $(ls -d /opt/gatewayd/bin 2> /dev/null | wc -l)"
dpkg --purge gatewayd > /root/purge.log 2>&1
proof "purged $? left $(ls -d /etc/gatewayd /var/lib/gatewayd /var/backups/gatewayd /opt/gatewayd 2> /dev/null | wc -l)"
proof "failed-units $(systemctl --failed --no-legend | grep -c gatewayd) $(systemctl --failed --no-legend --plain | grep gatewayd | cut -d ' ' -f 1 | tr '\n' ' ')"
proof "end"
