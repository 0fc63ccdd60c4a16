namespace a {

void f() {}

void h() {}

}
