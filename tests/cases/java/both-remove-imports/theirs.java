import a.A;
import b.B;
import d.D;

class T {}
