#!/usr/bin/perl
# skips.pl LIST STRICT REPORT...: which tests were skipped and why, from JUnit's XML reports; status 1 when STRICT isn't
# empty and a reason isn't on the list.
#
# A line of the list: a pattern for "Class.test", blanks, a pattern for the reason, of the whole of it.
use strict;
use warnings;

my ($list, $strict, @reports) = @ARGV;
my @known;
open my $in, '<', $list or die "skips: $list: $!\n";
while (<$in>) {
    chomp;
    next if /^\s*(#|$)/;
    my ($test, $reason) = /^(\S+)\s+(.+?)\s*$/ or die "skips: $list:$.: a pattern and a reason: \"$_\"\n";
    push @known, [qr/^(?:$test)$/, qr/^(?:$reason)$/];
}
close $in;

sub plain {
    my ($text) = @_;
    $text =~ s/&lt;/</g; $text =~ s/&gt;/>/g; $text =~ s/&quot;/"/g; $text =~ s/&apos;/'/g; $text =~ s/&#10;/ /g; $text =~ s/&amp;/&/g;
    $text =~ s/\s+/ /g;
    return $text;
}

my (%expected, %unexpected);
for my $report (@reports) {
    next unless -e $report;
    open my $xml, '<', $report or die "skips: $report: $!\n";
    local $/;
    my $text = <$xml>;
    close $xml;
    while ($text =~ m{<testcase\b([^>]*[^/])>\s*<skipped\b([^>]*?)(/?>)}g) {
        my ($case, $skipped, $end) = ($1, $2, $3);
        # An assumption that failed stands there as the exception it is; what was switched off, as a message.
        my $thrown = $end eq '>' && $text =~ m{\G\s*(?:<!\[CDATA\[)?[\w.\$]+: (.*?)\s*(?:\n\s*at |\]\]>|</skipped>)}gcs ? $1 : undef;
        my ($class) = $case =~ /\bclassname="([^"]*)"/;
        my ($name) = $case =~ /\bname="([^"]*)"/;
        my ($reason) = $skipped =~ /\bmessage="([^"]*)"/;
        my $test = plain(($class // '?') . '.' . ($name // '?'));
        $test =~ s/^io\.muster\.//;
        $reason = plain($reason // $thrown // 'no reason given');
        $reason =~ s/^Assumption failed: //;
        my $where = (grep { $test =~ $_->[0] && $reason =~ $_->[1] } @known) ? \%expected : \%unexpected;
        $where->{$reason}{$test} = 1;
    }
}

sub say_all {
    my ($head, $skips) = @_;
    return unless %$skips;
    print "muster: $head\n";
    for my $reason (sort keys %$skips) {
        print "  $reason\n";
        print "      $_\n" for sort keys %{ $skips->{$reason} };
    }
}

say_all('skipped, as the list says:', \%expected);
say_all($strict ? "skipped for a reason that isn't in system-tests/skips, which is a failure here:" : 'skipped:', \%unexpected);
exit($strict && %unexpected ? 1 : 0);
