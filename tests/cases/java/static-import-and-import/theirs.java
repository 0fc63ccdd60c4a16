import a.B;
import a.G;
import static c.D.e;
import static c.D.h;

class A {}
