import a.A;
import c.C;

class T {}
