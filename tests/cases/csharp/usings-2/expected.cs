using System;
using System.IO;
using System.Linq;
using System.Text;

class A { }
