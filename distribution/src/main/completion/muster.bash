# Completion of Muster's commands for bash, made from the man pages.

# Names of nodes or services in this machine's cluster.conf.
_muster_names() {
    sed -n "s/.*<$1 [^>]*\\bname=[\"']\\([^\"']*\\)[\"'].*/\\1/p" "${MUSTER_ROOT-}/etc/cluster/cluster.conf" 2>/dev/null
}

_muster() {
    local command=${COMP_WORDS[0]##*/} word=${COMP_WORDS[COMP_CWORD]} before= verb= i options= words= kind=
    [ "$COMP_CWORD" -lt 2 ] || before=${COMP_WORDS[COMP_CWORD - 1]}
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in -*) ;; *) verb=${COMP_WORDS[i]}; break ;; esac
    done
    _muster_table "$command" "$verb"
    # What stands behind an option that takes no word, or is no word of the command, says nothing.
    [ -n "$options$words$kind" ] || { verb=; _muster_table "$command" ''; words=; }
    COMPREPLY=()
    if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$word"))
        return
    fi
    _muster_value "$command" "$before"
    case $kind in
        file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
        clusternode | service) COMPREPLY=($(compgen -W "$(_muster_names $kind)" -- "$word")) ;;
    esac
    COMPREPLY+=($(compgen -W "$words" -- "$word"))
}

_muster_table() {
    case "$1 $2" in
        'ccs_config_validate ') options='-C -R -V -f -h -l -n -o -q -r -t -u -v' words='' kind='' ;;
        'ccs_test ') options='-h' words='connect disconnect get get_list get_state set set_state' kind='' ;;
        'ccs_test connect') options='-h' words='block force' kind='' ;;
        'ccs_tool ') options='--help --version -V -h -verbose' words='addfence addnode addnodeids confirm create delfence delnode lsfence lsnode query update' kind='' ;;
        'ccs_tool addfence') options='-C -F -c -h -o' words='' kind='' ;;
        'ccs_tool addnode') options='-C -F -a -c -f -h -n -o -v' words='' kind='' ;;
        'ccs_tool addnodeids') options='-C -F -c -h -m -n -o -v' words='' kind='' ;;
        'ccs_tool create') options='-2 -c -h' words='' kind='' ;;
        'ccs_tool delfence') options='-C -F -c -h -o' words='' kind='' ;;
        'ccs_tool delnode') options='-C -F -c -h -o' words='' kind='' ;;
        'ccs_tool lsfence') options='-c -h -v' words='' kind='' ;;
        'ccs_tool lsnode') options='-c -h -v' words='' kind='' ;;
        'ccs_tool update') options='--confirm -h -t' words='' kind='file' ;;
        'ccsd ') options='-4 -6 -P -V -X -d -f -h -m -n -p -t' words='' kind='' ;;
        'clufindhostname ') options='-h -i -n' words='' kind='' ;;
        'clulog ') options='-h -l -m -n -p -s' words='' kind='' ;;
        'clustat ') options='-? -I -Q -f -h -i -l -m -s -v -x' words='' kind='' ;;
        'clusterd ') options='-V -f -h' words='' kind='' ;;
        'clusvcadm ') options='-? -F -M -R -S -U -Z -c -d -e -h -l -m -n -q -r -s -u -v' words='' kind='' ;;
        'cman ') options='-V -f -h' words='' kind='' ;;
        'cman_tool ') options='-2 -A -C -D -F -N -P -S -V -X -a -c -d -e -f -h -k -m -n -o -p -q -r -t -v -w -z' words='debug expected join kill leave nodes services status version votes wait' kind='' ;;
        'cman_tool leave') options='-2 -A -C -D -F -N -P -S -V -X -a -c -d -e -f -h -k -m -n -o -p -q -r -t -v -w -z' words='force remove' kind='' ;;
        'fence_ack_manual ') options='-O -V -h -i -n -s' words='' kind='clusternode' ;;
        'fence_node ') options='-O -S -U -V -h -v' words='' kind='clusternode' ;;
        'fence_tool ') options='-Q -V -h -m -n -q -t -w' words='dump join leave ls' kind='' ;;
        'fenced ') options='-N -T -V -c -f -h -j' words='' kind='' ;;
        'group_tool ') options='-V -g -h -n -v' words='dump log' kind='' ;;
        'group_tool dump') options='-V -g -h -n -v' words='fence' kind='' ;;
        'ipvsadm-restore ') options='' words='' kind='' ;;
        'ipvsadm-save ') options='-n' words='' kind='' ;;
        'ipvsadm ') options='--add-server --add-service --clear --connection --daemon --delete-server --delete-service --edit-server --edit-service --exact --fwmark-service --gatewaying --help --ipip --ipv6 --l-threshold --list --masquerading --mcast-group --mcast-interface --mcast-port --mcast-ttl --netmask --nosort --numeric --ops --pe --persistent --persistent-conn --rate --real-server --restore --save --sched-flags --scheduler --sctp-service --set --sort --start-daemon --stats --stop-daemon --sync-maxlen --syncid --tcp-service --thresholds --timeout --tun-csum --tun-info --tun-nocsum --tun-port --tun-remcsum --tun-type --u-threshold --udp-service --version --weight --zero -6 -A -C -D -E -L -M -R -S -Z -a -b -c -d -e -f -g -h -i -l -m -n -o -p -r -s -t -u -v -w -x -y' words='' kind='' ;;
        'lvs_config_validate ') options='-V -f -h -q' words='' kind='' ;;
        'lvsctl ') options='--help --version -V -h' words='doctor drain metrics realserver status undrain' kind='' ;;
        'lvsctl doctor') options='--file --help --json -f -h -j' words='' kind='' ;;
        'lvsctl drain') options='--deadline --help --service --wait -d -h -s -w' words='' kind='' ;;
        'lvsctl realserver') options='--help --interface -h -i' words='down status up' kind='' ;;
        'lvsctl status') options='--help --json -h -j' words='' kind='' ;;
        'lvsctl undrain') options='--help --service -h -s' words='' kind='' ;;
        'lvsd ') options='--configfile --guard --help --metrics --no-sysctls --nodaemon --nofork --norun --test-start --verbose --version -V -c -f -h -n -t -v' words='' kind='' ;;
        'muster ') options='--help -h' words='keygen replay simulate' kind='' ;;
        'muster keygen') options='-f -h' words='' kind='file' ;;
        'muster replay') options='-d -h -p -w' words='' kind='' ;;
        'muster simulate') options='--campaign --seed --seeds --shrink --story --trace' words='' kind='' ;;
        'nanny ') options='--fos --help --lvs --nodaemon --norun --regex --test-start --timeout --verbose --version -I -M -S -T -U -V -a -c -e -f -h -n -p -q -r -s -t -u -v -w -x' words='' kind='' ;;
        'pulse ') options='--configfile --forceactive --fos --help --lvs --lvsd --nodaemon --norun --test-start --verbose --version -V -c -f -h -n -t -v' words='' kind='' ;;
        'rg_test ') options='--help -h' words='delta noop rules test' kind='file' ;;
        'rgmanager ') options='-C -N -V -d -f -h -q -w' words='' kind='' ;;
        'send_arp ') options='-i' words='' kind='' ;;
    esac
}

# An option's argument goes before the command's own.
_muster_value() {
    case "$1 $2" in
        'ccs_config_validate -f') kind=file ;;
        'ccs_config_validate -l') kind=file ;;
        'ccs_config_validate -t') kind=file ;;
        'ccs_tool -c') kind=file ;;
        'ccs_tool -o') kind=file ;;
        'clustat -s') kind=service ;;
        'clustat -m') kind=clusternode ;;
        'clusvcadm -M') kind=service ;;
        'clusvcadm -R') kind=service ;;
        'clusvcadm -U') kind=service ;;
        'clusvcadm -Z') kind=service ;;
        'clusvcadm -c') kind=service ;;
        'clusvcadm -d') kind=service ;;
        'clusvcadm -e') kind=service ;;
        'clusvcadm -r') kind=service ;;
        'clusvcadm -s') kind=service ;;
        'clusvcadm -m') kind=clusternode ;;
        'clusvcadm -n') kind=clusternode ;;
        'cman_tool -n') kind=clusternode ;;
        'cman_tool -o') kind=clusternode ;;
        'cman_tool -k') kind=file ;;
        'fence_ack_manual -n') kind=clusternode ;;
        'lvs_config_validate -f') kind=file ;;
        'lvsctl --file') kind=file ;;
        'lvsctl -f') kind=file ;;
        'lvsd --configfile') kind=file ;;
        'lvsd -c') kind=file ;;
        'pulse --configfile') kind=file ;;
        'pulse -c') kind=file ;;
    esac
}

complete -o bashdefault -F _muster ccs_config_validate ccs_test ccs_tool ccsd clufindhostname clulog clustat clusterd clusvcadm cman cman_tool fence_ack_manual fence_node fence_tool fenced group_tool ipvsadm-restore ipvsadm-save ipvsadm lvs_config_validate lvsctl lvsd muster nanny pulse rg_test rgmanager send_arp
