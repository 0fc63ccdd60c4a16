import a.b.C;
import a.b.X;
import a.b.Y;

class A {}
