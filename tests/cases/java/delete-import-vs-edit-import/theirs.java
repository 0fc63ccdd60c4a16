import a.C;

class A {}
