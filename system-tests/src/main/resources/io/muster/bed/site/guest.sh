# In a guest of a site: its name, address and directories, then what it runs. Arguments: command for sh
set -e
hostname "$SITE_NODE"
cat "$SITE_HOSTS" >/etc/hosts
ip addr add "$SITE_ADDRESS/24" dev eth0
ip link set eth0 up
# What is written there is on the host at once, however the guest ends.
for directory in $SITE_COLLECT; do
    mkdir -p "$directory" "$SITE_OWN$directory"
    mount --bind "$SITE_OWN$directory" "$directory"
done
exec sh -c "$1"
