import a.b.C;
import a.b.E;

class A {}
