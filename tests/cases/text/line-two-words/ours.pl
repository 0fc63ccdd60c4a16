my $y = foo($a, $b);
