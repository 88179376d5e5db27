# What must never run twice: holds the one token there is, and appends a line to the history every 50 ms: node, run, count,
# time. The token is the kernel's (a lock on a file), so it is free again however its holder dies. Who finds it taken says so.
# Arguments: node, directory that all nodes share, file for its own pid
use strict;
use Fcntl ':flock';
use Time::HiRes qw(time sleep);
my ($node, $here, $pidfile) = @ARGV;
my $run = int(time * 1000) . "-$$";
sub say_to { my ($file, $text) = @_; open(my $f, '>>', "$here/$file") or die; syswrite $f, $text; close $f }
open(my $token, '>>', "$here/token") or die;
unless (flock($token, LOCK_EX | LOCK_NB)) {
    say_to('violations', "$node $run found the token taken at " . time . "\n");
    exit 1;
}
open(my $pid, '>', "$pidfile.new") or die;
print $pid "$$\n";
close $pid;
rename("$pidfile.new", $pidfile) or die;
open(my $history, '>>', "$here/history") or die;
my $over = 0;
$SIG{TERM} = sub { $over = 1 };
for (my $count = 1; !$over; $count++) {
    syswrite $history, sprintf("%s %s %d %.3f\n", $node, $run, $count, time);
    sleep 0.05;
}
