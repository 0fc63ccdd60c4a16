using System;
using System.Collections;
using System.IO;
using System.Linq;

class A {}
