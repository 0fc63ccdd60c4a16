import a.A;
import c.C;
import d.D;

class T {}
