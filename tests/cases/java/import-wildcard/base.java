import a.B;
import a.C;

class X {}
