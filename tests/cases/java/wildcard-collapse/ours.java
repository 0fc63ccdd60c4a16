import a.*;

class T {}
