namespace a {
int f() { return 2; }
}
