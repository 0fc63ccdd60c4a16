import a.B;

class A {}
