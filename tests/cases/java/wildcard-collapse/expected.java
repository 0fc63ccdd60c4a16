import a.*;
import a.C;

class T {}
