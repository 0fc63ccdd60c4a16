sub f {
    my ($x) = @_;
    return g($x);
}
