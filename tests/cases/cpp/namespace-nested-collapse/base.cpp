namespace a {
namespace b {
int f() { return 1; }
}
}
