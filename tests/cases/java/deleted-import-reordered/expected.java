import c.C;
import a.A;

class T {}
