namespace a {

void f() {}

void g() {}

}
