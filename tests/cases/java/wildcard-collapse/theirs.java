import a.A;
import a.B;
import a.C;

class T {}
