import a.B;
import static c.D.e;

class A {}
