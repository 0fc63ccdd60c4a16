import a.*;

class X {}
