using A;
using D;

class B {}
