# Lets the guests reach the plugs: listens at an address of their network and passes one line to the controller's Unix
# socket and its answer back. Arguments: address, port, socket
use strict;
use warnings;
use Socket;

my ($address, $port, $path) = @ARGV;
$SIG{CHLD} = 'IGNORE';
socket(my $server, PF_INET, SOCK_STREAM, 0) or die "relay: socket: $!\n";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die "relay: setsockopt: $!\n";
bind($server, sockaddr_in($port, inet_aton($address))) or die "relay: $address:$port: $!\n";
listen($server, 64) or die "relay: listen: $!\n";
$| = 1;
print "ready\n";
while (1) {
    accept(my $guest, $server) or next;
    defined(my $pid = fork) or next;
    next if $pid;
    my $line = '';
    while ($line !~ /\n/ && sysread($guest, my $part, 4096)) { $line .= $part }
    socket(my $plugs, AF_UNIX, SOCK_STREAM, 0) or exit 1;
    connect($plugs, sockaddr_un($path)) or exit 1;
    syswrite($plugs, $line);
    while (sysread($plugs, my $part, 4096)) { syswrite($guest, $part) }
    exit 0;
}
