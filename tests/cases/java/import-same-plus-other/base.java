import a.b.C;

class A {}
