import a.A;
import b.B;

class X {
}
