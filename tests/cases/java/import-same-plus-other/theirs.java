import a.b.C;
import a.b.Y;
import a.b.Z;

class A {}
