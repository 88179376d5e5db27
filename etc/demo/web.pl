#!/usr/bin/perl
# The demo's web server: answers every request with the name of the node it runs on.
# usage: web.pl PORT PIDFILE     returns once it listens; perl-base is enough.
use strict;
use warnings;
use Socket;

my ($port, $pidfile) = @ARGV;
socket(my $server, PF_INET, SOCK_STREAM, getprotobyname('tcp') || 6) or die "web: socket: $!\n";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die "web: setsockopt: $!\n";
bind($server, sockaddr_in($port, INADDR_ANY)) or die "web: port $port: $!\n";
listen($server, 128) or die "web: listen: $!\n";

defined(my $pid = fork) or die "web: fork: $!\n";
if ($pid) {
    open(my $out, '>', $pidfile) or die "web: $pidfile: $!\n";
    print $out "$pid\n";
    close($out) or die "web: $pidfile: $!\n";
    exit 0;
}

open(STDIN, '<', '/dev/null');
open(STDOUT, '>', '/dev/null');
open(STDERR, '>', '/dev/null');
$SIG{PIPE} = 'IGNORE';
open(my $in, '<', '/proc/sys/kernel/hostname') or die;
chomp(my $name = <$in>);
my $body = "$name\n";
my $answer = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
while (1) {
    accept(my $client, $server) or next;
    # One caller that says nothing must not keep all others waiting.
    setsockopt($client, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 1, 0));
    sysread($client, my $request, 4096);
    syswrite($client, $answer);
    close($client);
}
