my $x = foo($a, $b);
