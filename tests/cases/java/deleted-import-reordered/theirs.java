import c.C;
import b.B;
import a.A;

class T {}
