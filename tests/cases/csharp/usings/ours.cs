using A;
using C;

class B {}
