namespace a {

void f() {}

}
