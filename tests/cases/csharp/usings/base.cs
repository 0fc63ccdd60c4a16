using A;

class B {}
