import a.B;
import a.F;
import static c.D.e;

class A {}
