using System;
using System.IO;
using System.Text;

class A { }
