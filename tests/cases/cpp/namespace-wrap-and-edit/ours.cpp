namespace a {
int f() { return 1; }
}
