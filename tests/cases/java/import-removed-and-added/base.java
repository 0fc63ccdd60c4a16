import a.b.C;
import a.b.D;
import a.b.E;

class A {}
