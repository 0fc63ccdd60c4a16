using System;
using System.IO;

namespace Example.Stores
{
    public enum Color
    {
        Red = 1,
        Green = 2,
    }

    public class Store
    {
        public void Save(string path)
        {
            Write(path, this.rows);
        }
    }
}
