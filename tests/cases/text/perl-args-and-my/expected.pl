sub f {
    my ($x, $y) = @_;
    return g($x) + 1;
}
