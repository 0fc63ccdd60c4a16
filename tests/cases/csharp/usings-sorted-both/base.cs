using System;
using System.Linq;

class A {}
