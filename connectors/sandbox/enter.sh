# Runs inside new user, mount, network and process namespaces: builds a root of its own that shows only the
# paths named, read-only, and the work folder; gives up all capabilities; then runs the command.
# Usage: enter.sh ROOT WORK PATHS PYTHON command...   (PATHS separated by newlines)
set -eu
PATH=$PATH:/usr/sbin:/sbin
root=$1 work=$2 paths=$3 python=$4
shift 4
mount -t tmpfs -o size=64m none "$root"
show() {
    [ -e "$1" ] || return 0
    [ ! -e "$root$1" ] || return 0
    if [ -L "$1" ]; then
        mkdir -p "$root$(dirname "$1")"
        cp -P "$1" "$root$1"
        return 0
    fi
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root$(dirname "$1")"; : >"$root$1"; fi
    mount --bind "$1" "$root$1"
    mount -o remount,bind,ro "$root$1"
}
old_ifs=$IFS
IFS='
'
for path in $paths; do show "$path"; done
IFS=$old_ifs
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root$work" "$root/.old"
for device in null zero full random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc proc "$root/proc"
mount --bind "$work" "$root$work"
# A namespace's loopback is down at first; nothing else can ever be reached in it.
"$python" -I -S -c 'import fcntl, socket, struct
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1))'
cd "$root"
pivot_root . .old
umount -l /.old
rmdir /.old
cd "$work"
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
