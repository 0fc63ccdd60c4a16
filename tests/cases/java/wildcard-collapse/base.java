import a.A;
import a.B;

class T {}
