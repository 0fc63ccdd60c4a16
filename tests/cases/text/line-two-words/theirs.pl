my $x = foo($a, $c);
