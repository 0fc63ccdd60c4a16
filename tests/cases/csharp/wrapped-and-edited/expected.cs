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
        public List<Row> Load(string path, Mode mode)
        {
            var data = Read(path, mode);
            using (Start())
            {
                var rows = Parse(data, limit);
                if (rows != null && data != null)
                {
                    Emit(rows, path);
                }
            }
            return rows;
        }

        public void Save(string path)
        {
            Write(path, this.rows);
        }
    }
}
