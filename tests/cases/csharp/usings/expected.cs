using A;
using C;
using D;

class B {}
