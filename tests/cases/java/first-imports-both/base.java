package a;

class X {
}
