my $y = foo($a, $c);
