using System;
using System.Collections;
using System.Linq;

class A {}
