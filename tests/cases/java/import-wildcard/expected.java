import a.*;
import a.D;

class X {}
