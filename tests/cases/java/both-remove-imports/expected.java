import a.A;
import d.D;

class T {}
