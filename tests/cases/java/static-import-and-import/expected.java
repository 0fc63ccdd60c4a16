import a.B;
import a.F;
import a.G;
import static c.D.e;
import static c.D.h;

class A {}
