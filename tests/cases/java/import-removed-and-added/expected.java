import a.b.C;
import a.b.D2;
import a.b.E;

class A {}
