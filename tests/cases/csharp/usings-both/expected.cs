using System;
using System.Linq;
using System.IO;

class A { }
