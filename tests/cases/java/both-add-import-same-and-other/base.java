import a.A;

class X {
}
