namespace a::b {
int f() { return 1; }
}
