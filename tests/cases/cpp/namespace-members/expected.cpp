namespace a {

void f() {}

void g() {}

void h() {}

}
