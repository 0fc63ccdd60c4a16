import a.A;
import b.B;
import c.C;
import d.D;

class T {}
